"""``layers serve``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.commands.environment import settings_from_environment
from partner_api.commands.streams import OutputError
from partner_api.commands.terminal import print_line, print_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.installation import Installation


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer requests.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Create or renew the demo partner, and print its keys.")
    ] = False,
    render: Annotated[
        bool, typer.Option("--render", help="Render slideshows too, as `layers worker --render`.")
    ] = False,
) -> None:
    """Serve the API, with the background work, until Ctrl-C.

    Without DATABASE_URL it starts a PostgreSQL of its own in the data folder, and
    stops it again. `layers settings` lists everything that can be set.
    """
    from partner_api.commands.demo import demo_settings, make_demo, print_demo

    settings = (demo_settings if demo else settings_from_environment)(
        LAYERS_HOST=host,
        LAYERS_PORT=None if port is None else str(port),
        LAYERS_WORKERS=None if workers is None else str(workers),
    )
    # Only now, because reading the settings loads what logs, without what it does not need.
    from partner_api.processes.serve import serve as serve_until_stopped

    base_url = (
        f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.port}"
    )

    def announce(installation: Installation) -> Callable[[], None]:
        made = make_demo(settings, installation) if demo else None

        def ready() -> None:
            try:
                print_lines(f"\nServing on {base_url} (reference: {base_url}/docs)")
                if settings.database_url is None:
                    print_line(f"Its data is in {settings.data_dir}")
                if made is not None:
                    print_demo(base_url, *made)
                print_line("Stop with Ctrl-C.")
            except OutputError as error:
                # The server runs all the same.
                import structlog

                structlog.get_logger(__name__).warning("not_announced", reason=str(error))

        return ready

    serve_until_stopped(settings, announce=announce, render=render)
