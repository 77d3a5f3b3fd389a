"""The page routes."""

from fastapi import FastAPI

__all__ = ["add_pages"]


def add_pages(app: FastAPI) -> None:
    """Add the pages and their static files to ``app``."""
