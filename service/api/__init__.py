"""The HTTP and WebSocket interface under /api/v1: one router a noun."""
