"""What each layer of the edge costs, beside a route that only asks who is there; replays beside first calls."""

from __future__ import annotations

import asyncio
from statistics import median
from typing import Annotated, NamedTuple
from uuid import uuid4

import typer

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect
from rig import routes
from rig.api import api_environment, served_api
from rig.command import CONSOLE, run
from rig.database import temporary_database
from rig.once import request, send_each
from rig.report import number, show
from rig.tenants import make_key, make_partner

# A key of the tier `partner` may write 3,000 times a minute; so many share what is asked.
_LIMITED_KEYS = 40
_ROUNDS = 3


class _Keys(NamedTuple):
    unlimited: str
    limited: list[str]


class _Case(NamedTuple):
    """Requests of one kind, and the kind that has all of their layers but the one named."""

    layer: str
    base: str | None
    requests: list[bytes]


def main(
    requests: Annotated[
        int, typer.Option(min=100, max=10_000, help="Requests for each figure and round.")
    ] = 1_000,
    connections: Annotated[int, typer.Option(min=1, max=64, help="At the same time.")] = 8,
) -> None:
    """Measure the layers of the edge, as shares of the time of an authenticated route that does nothing.

    Commits do not wait for the disk: a real write commits its own row anyway, and the rows of the
    layers go along with it.
    """
    with temporary_database(durable=False) as location:
        environment = api_environment(location)
        keys = asyncio.run(_make_keys(location.application_url, environment["LAYERS_SECRET_KEYS"]))
        with served_api(location, environment) as api:
            found: dict[str, list[float]] = {}
            layers: dict[str, _Case] = {}
            for _ in range(_ROUNDS):
                for name, case in _cases(keys, requests).items():
                    seconds = send_each(api.port, case.requests, connections=connections)
                    found.setdefault(name, []).append(seconds)
                    layers[name] = case
                    api.forget_log()
    _show(found, layers, connections)


def _cases(keys: _Keys, count: int) -> dict[str, _Case]:
    """All cases, with idempotency keys that nobody has used."""
    ids = [str(uuid4()) for _ in range(count)]
    others = [str(uuid4()) for _ in range(count)]
    limited = [keys.limited[n % _LIMITED_KEYS] for n in range(count)]
    key = keys.unlimited
    read = [request("GET", routes.AUTHENTICATED, key)] * count
    written = [request("POST", routes.WRITE, key)] * count
    return {
        "empty": _Case("", None, [request("GET", routes.EMPTY, None)] * count),
        "authenticated": _Case("authentication", "empty", read),
        "authenticated, with limits": _Case(
            "rate limits of a read",
            "authenticated",
            [request("GET", routes.AUTHENTICATED, one) for one in limited],
        ),
        "write": _Case("transaction", "authenticated", written),
        "write, with limits": _Case(
            "rate limits of a write",
            "write",
            [request("POST", routes.WRITE, one) for one in limited],
        ),
        "write, audited": _Case("audit", "write", [request("POST", routes.AUDITED, key)] * count),
        "write, idempotent": _Case(
            "idempotency", "write", [request("POST", routes.WRITE, key, one) for one in ids]
        ),
        "write, audited and idempotent": _Case(
            "idempotency, of an audited write",
            "write, audited",
            [request("POST", routes.AUDITED, key, one) for one in others],
        ),
        "the same again: replays": _Case(
            "", None, [request("POST", routes.AUDITED, key, one) for one in others]
        ),
    }


def _show(found: dict[str, list[float]], cases: dict[str, _Case], connections: int) -> None:
    authenticated = found["authenticated"]
    rows = []
    for name, times in found.items():
        case = cases[name]
        added = ""
        if case.base is not None:
            added = number(_share(times, found[case.base], authenticated))
        whole = median(one / floor for one, floor in zip(times, authenticated, strict=True))
        rows.append([name, number(1 / median(times)), number(whole), case.layer, added])
    show(
        f"Layers of the edge, {connections} connections; times as shares of the authenticated route's",
        ["request", "requests/s", "time", "its last layer", "which adds"],
        rows,
    )
    first, again = found["write, audited and idempotent"], found["the same again: replays"]
    ratio = median(replay / call for replay, call in zip(again, first, strict=True))
    CONSOLE.print(f"A replay takes {number(ratio)} of the time of the first call.")


def _share(times: list[float], base: list[float], floor: list[float]) -> float:
    """Compare within each round, where the machine was the same."""
    return median(
        (one - below) / whole for one, below, whole in zip(times, base, floor, strict=True)
    )


async def _make_keys(url: str, secret_keys: str) -> _Keys:
    now, keys = Clock().now(), SecretKeys.parse(secret_keys)
    connection = await connect(url)
    try:
        free = await make_partner(connection, now)
        held = await make_partner(connection, now, tier="partner")
        return _Keys(
            await make_key(connection, now, free, keys),
            [await make_key(connection, now, held, keys) for _ in range(_LIMITED_KEYS)],
        )
    finally:
        await connection.close()


if __name__ == "__main__":
    run(main)
