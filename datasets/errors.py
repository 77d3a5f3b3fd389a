"""What a data set can be refused for."""

from vision.errors import BadInput


class DatasetError(BadInput):
    """One sentence for the person who can mend it: names the file, the line or class and what was expected."""
