"""Places workers and keeps them running."""

from service.engine.local import LocalEngine

__all__ = ["LocalEngine"]
