"""What a data set can be refused for."""


class DatasetError(Exception):
    """One sentence for the person who can mend it: names the file, the line or class and what was expected."""
