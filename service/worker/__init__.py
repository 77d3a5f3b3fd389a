"""Hosts the pipeline of a group of cameras: judges, spools, cuts evidence, delivers."""
