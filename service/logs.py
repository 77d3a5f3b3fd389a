"""Log lines: one event a line with its facts, for people on a terminal and as JSON elsewhere."""

import sys

import structlog

__all__ = ["set_up_logs"]


def set_up_logs() -> None:
    """Send every log line to stderr."""
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # the stderr of the moment of the line
    )
