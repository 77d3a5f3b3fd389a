"""Export: one event's evidence as a file that may leave the site, redacted, marked, signed and checkable on its own."""

from service.evidence.export.order import FORMATS, Case, Format, JournalProof, Order
from service.evidence.export.package import Exported, export_evidence

__all__ = ["FORMATS", "Case", "Exported", "Format", "JournalProof", "Order", "export_evidence"]
