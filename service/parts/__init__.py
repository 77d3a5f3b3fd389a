"""What is edited while the site runs: rules, duty, leave, roster and uniforms, in versions over zaigang.yaml."""

from service.parts.content import PARTS, Part, PartError, Refusal, Revision, part_of, with_edits
from service.parts.in_force import Effective, InForce, effective, unchanged
from service.parts.proposal import BookChange, Change, Proposal, differences, proposed

__all__ = [
    "PARTS",
    "BookChange",
    "Change",
    "Effective",
    "InForce",
    "Part",
    "PartError",
    "Proposal",
    "Refusal",
    "Revision",
    "differences",
    "effective",
    "part_of",
    "proposed",
    "unchanged",
    "with_edits",
]
