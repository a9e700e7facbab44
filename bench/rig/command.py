"""How a measurement begins and ends on the command line."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from embedded_postgres import DatabaseStartError
from partner_api.database.migration_locks import MigrationError
from partner_api.processes.startup import StartupError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SECONDS = 60.0
_WIDTH_OF_FILES = 130
CONSOLE = Console(highlight=False)
if not CONSOLE.is_terminal:
    CONSOLE.width = _WIDTH_OF_FILES


class MeasurementError(Exception):
    """A figure could not be taken; the message says why."""


def run(main: Callable[..., None]) -> None:
    """Run a measurement's ``main``; Ctrl-C and SIGTERM end it in order, with all it has started."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        typer.run(main)
    except (MeasurementError, DatabaseStartError, MigrationError, StartupError) as error:
        CONSOLE.print(f"error: {error}", style="red", soft_wrap=True)
        sys.exit(1)


def whole_numbers(text: str) -> list[int]:
    """Read ``1,16,64``: positive whole numbers, for the options that take several.

    Raises:
        typer.BadParameter: it is something else.
    """
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise typer.BadParameter("expected whole numbers above 0, such as 1,16,64")
    return numbers


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
