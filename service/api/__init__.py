"""The HTTP and WebSocket interface under /api/v1: one router a noun."""

from service.api.routes import api_router

__all__ = ["api_router"]
