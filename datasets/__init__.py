"""Sets of labelled pictures: reading them, and splitting them by scene."""
