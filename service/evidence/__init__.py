"""Evidence of events: the manifest that names every file with its hash, and what is missing and why."""

from service.evidence.manifest import FileEntry, Missing, file_entry, verify

__all__ = ["FileEntry", "Missing", "file_entry", "verify"]
