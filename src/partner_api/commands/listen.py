"""``layers listen``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from partner_api.clock import format_milliseconds, parse_timestamp

_DURATION: Final = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
_NOT_SET: Final = "It is empty. Is a variable not set?"


class Scope(StrEnum):
    """Whose events."""

    own = "own"
    all_children = "all_children"


def _address(text: str) -> str:
    """Check the address of a receiver."""
    unusable = typer.BadParameter("Write it like http://localhost:3000/hook.")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise unusable from None
    if not host or parts.scheme not in ("http", "https") or not text.isprintable() or " " in text:
        raise unusable
    if "@" in parts.netloc:
        raise typer.BadParameter("It must not hold a user or a password.")
    return text.partition("#")[0]


def _instant(text: str) -> str:
    """Return the time that is meant: an instant, or so long ago."""
    if duration := _DURATION.fullmatch(text):
        ago = timedelta(**{_UNITS[duration[2]]: int(duration[1])})
        return format_milliseconds(datetime.now(UTC) - ago)
    try:
        return format_milliseconds(parse_timestamp(text))
    except ValueError as error:
        raise typer.BadParameter(f"{error}, or a duration such as 30s, 15m, 1h or 7d.") from None


def _signing_secret(text: str) -> str:
    if not _SECRET.fullmatch(text):
        raise typer.BadParameter(
            "A secret is whsec_ and 44 characters of base64. Without one, a secret is made and kept."
        )
    return text


def _filled(text: str) -> str:
    if not text:
        raise typer.BadParameter(_NOT_SET)
    return text


_ForwardTo = Annotated[
    str | None,
    typer.Option(
        help="Send each event here, signed, as the server would. Without it they are only printed.",
        metavar="URL",
        parser=_address,
    ),
]
_Events = Annotated[
    list[str] | None,
    typer.Option(
        help="Only these, such as job.completed,credits.low; may be repeated.", parser=_filled
    ),
]
_Since = Annotated[
    str | None,
    typer.Option(
        help="Begin with events from this time, 2027-01-01T00:00:00Z, or so long ago, 1h.",
        parser=_instant,
    ),
]
_FromNow = Annotated[bool, typer.Option("--from-now", help="Begin now, not where it stopped.")]
_Cursor = Annotated[
    str | None,
    typer.Option(
        help="Begin behind this cursor, of a line of --json or of GET /v1/events.", parser=_filled
    ),
]
_Scope = Annotated[
    Scope, typer.Option(help="all_children: a partner's own events and its children's.")
]
_Secret = Annotated[
    str | None,
    typer.Option(
        help="Sign with this secret; better in the variable, where no list of processes shows it.",
        envvar="LAYERS_WEBHOOK_SECRET",
        parser=_signing_secret,
    ),
]
_Count = Annotated[int | None, typer.Option(help="End after so many events.", min=1)]
_Json = Annotated[
    bool, typer.Option("--json", help="Print a JSON object for each event, for programs.")
]


def listen(
    forward_to: _ForwardTo = None,
    events: _Events = None,
    since: _Since = None,
    from_now: _FromNow = False,
    cursor: _Cursor = None,
    scope: _Scope = Scope.own,
    secret: _Secret = None,
    count: _Count = None,
    as_json: _Json = False,
) -> None:
    """Follow a partner's events, and forward them to a receiver on this machine.

    The key is LAYERS_API_KEY, with the scope webhooks:read; the server is
    LAYERS_BASE_URL; LAYERS_ORGANIZATION, if it is set, is the child to act for.
    What is forwarded is remembered: when it is started again, it goes on with
    the next event, whatever happened in between. It waits for a server or a
    receiver that is away.
    """
    from partner_api.commands.listening.feed import Place
    from partner_api.commands.listening.listener import Wishes, follow
    from partner_api.commands.listening.stops import run_until_stopped

    if (since is not None) + from_now + (cursor is not None) > 1:
        raise typer.BadParameter("Give one of --since, --from-now and --cursor.")
    wishes = Wishes(
        forward_to=forward_to,
        types=_types(events or []),
        scope=scope.value,
        place=Place.parse(cursor) if cursor else Place(None, since) if since else None,
        from_now=from_now,
        secret=secret,
        count=count,
        as_json=as_json,
    )
    run_until_stopped(lambda stops: follow(wishes, stops))


def _types(options: list[str]) -> tuple[str, ...]:
    """Return the types that options name, each once; none at all when all are meant."""
    names = [name.strip() for option in options for name in option.split(",")]
    if "*" in names:
        return ()
    return tuple(dict.fromkeys(filter(None, names)))
