"""Recipes and the code that turns pictures into the networks of `vision/models`."""
