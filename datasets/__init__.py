"""Pictures and their labels: read without guessing, kept in a store, checked, split, frozen, handed on."""

from datasets.errors import DatasetError
from datasets.splits import is_held_out
from datasets.yolo import Box, Sample, read_classes, read_yolo

__all__ = ["Box", "DatasetError", "Sample", "is_held_out", "read_classes", "read_yolo"]
