"""Which network is in use, which wait, which were: changed in one step, and never for the worse unseen."""

from training.registry.gate import Comparison, Figures, Limits, Measured, compared, read_figures, read_limits
from training.registry.records import Record, Standing, standing
from training.registry.roles import ROLES, Role, role_of
from training.registry.store import Registry

__all__ = [
    "ROLES",
    "Comparison",
    "Figures",
    "Limits",
    "Measured",
    "Record",
    "Registry",
    "Role",
    "Standing",
    "compared",
    "read_figures",
    "read_limits",
    "role_of",
    "standing",
]
