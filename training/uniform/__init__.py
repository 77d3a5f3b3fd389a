"""The uniform network: from people in many clothes to an embedding in which one uniform lies together."""

from training.uniform.auc import uniform_auc

__all__ = ["uniform_auc"]
