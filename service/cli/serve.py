"""`zaigang serve`: the service with its workers, from one configuration."""

from typing import Annotated

import typer

from service.cli.options import Config
from service.cli.sources import site_settings

__all__ = ["add_to"]


def serve(
    config: Config = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on [server.host].")] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Port to listen on [server.port].", min=0, max=65535)
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Listen on other addresses too, although there is no login yet.")
    ] = False,
) -> None:
    """Run the service and its workers until Ctrl-C."""
    # The service's packages take a second to import, which `replay` and `judge` should not pay.
    from service.cli.serving import run

    settings = site_settings(config)
    run(settings, host or settings.server.host, settings.server.port if port is None else port, insecure)


def add_to(app: typer.Typer) -> None:
    app.command()(serve)
