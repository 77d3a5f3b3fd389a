"""What a data set, a recipe or a training run can be refused for."""

from vision.errors import BadInput


class TrainingError(BadInput):
    """One sentence for the person who can mend it: names the file, the key and what was expected."""
