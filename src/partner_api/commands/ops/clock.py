"""``layers ops clock``: the rehearsal clock of an installation in development mode."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partner_api.clock import format_milliseconds, parse_timestamp
from partner_api.commands.operator_client import OperatorClient
from partner_api.commands.ops.requesting import show
from partner_api.commands.repeating import KeyOption, repeatable
from partner_api.commands.terminal import errors, print_json, progress_bar
from partner_api.months import add_months

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers_partner import OperatorRequestOptions

# The longest advance; calendars end far beyond.
_MOST_MONTHS = 1_200
_MOST_DAYS = 36_525

app = typer.Typer(help="The rehearsal clock, in development mode.", no_args_is_help=True)


@app.command("show")
def show_clock() -> None:
    """Show the installation's time, and how far it is ahead of the real one."""
    show(lambda layers: layers.clock.retrieve())


@app.command("advance")
def advance_clock(
    to: Annotated[str | None, typer.Option(help="An instant, 2027-01-01T00:00:00Z.")] = None,
    months: Annotated[
        int | None, typer.Option(help="Forward by so many months.", min=1, max=_MOST_MONTHS)
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Forward by so many days.", min=1, max=_MOST_DAYS)
    ] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Move the time of the whole installation forward, and watch what becomes due get done.

    Only in development mode. Time never goes back: keep a copy of the data
    folder if you want it.
    """
    _require_one(to, months, days)
    client = OperatorClient()
    now = parse_timestamp(client.ask(lambda layers: layers.clock.retrieve())["now"])
    target = _target(now, to, months, days, is_repetition=idempotency_key is not None)
    with repeatable(idempotency_key) as attempt:
        # A repetition needs the instant, not so many months from a later time, and the key of the last step.
        instant = format_milliseconds(target)
        attempt.command = [
            *("layers", "ops", "clock", "advance", "--to", instant),
            *("--idempotency-key", attempt.key),
        ]
        answer = _advance(client, now, target, attempt.key)
        attempt.done = True
        print_json(answer)


def _advance(client: OperatorClient, now: datetime, target: datetime, key: str) -> Any:
    answer: Any = None
    total = (target - now).total_seconds()
    with progress_bar(errors(), f"{now:%Y-%m-%d}", total=total) as change:
        for step in _steps(now, target):
            answer = _step(client, format_milliseconds(step), key if step == target else None)
            change(completed=(step - now).total_seconds(), description=f"{step:%Y-%m-%d}")
    return answer


def _step(client: OperatorClient, instant: str, key: str | None) -> Any:
    once: OperatorRequestOptions = {} if key is None else {"idempotency_key": key}
    return client.ask(lambda layers: layers.clock.advance(advance_to=instant, **once))


def _require_one(to: str | None, months: int | None, days: int | None) -> None:
    if (to is not None) + (months is not None) + (days is not None) != 1:
        raise typer.BadParameter("Give one of --to, --months and --days.")


def _target(
    now: datetime, to: str | None, months: int | None, days: int | None, *, is_repetition: bool
) -> datetime:
    if to is not None:
        try:
            target = parse_timestamp(to)
        except ValueError as error:
            raise typer.BadParameter(f"{error}.", param_hint="--to") from None
        # A repeated step may have been done; the server knows it by its key.
        if target <= now and not is_repetition:
            raise typer.BadParameter(
                f"It is {format_milliseconds(now)} already; time only goes forward.",
                param_hint="--to",
            )
        if target > add_months(now, _MOST_MONTHS):
            raise typer.BadParameter("Expected a time at most 100 years ahead.", param_hint="--to")
        return target
    return add_months(now, months) if months is not None else now + timedelta(days=days or 0)


def _steps(now: datetime, target: datetime) -> Iterator[datetime]:
    """Divide an advance into months, so that each request is short and progress shows."""
    month = 1
    while (step := add_months(now, month)) < target:
        yield step
        month += 1
    yield target
