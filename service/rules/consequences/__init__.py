"""Consequences: what a month's upheld events lead to, from the verdicts that hold, explained line by line."""
