"""Reading a wallet and leased accounts over HTTP, beside routes of the same server that do nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from statistics import median
from typing import Annotated

import typer

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect
from partner_api.ids import format_id
from partner_api.settings.table import Settings, load_settings
from rig import routes
from rig.api import Api, api_environment, served_api
from rig.command import CONSOLE, MAX_SECONDS, run, whole_numbers
from rig.database import temporary_database
from rig.load import Target, Throughput, generator, load
from rig.report import Goal, judged, number, show
from rig.round_trips import round_trips_per_request
from rig.tenants import lease_accounts, make_children, make_key, make_partner, make_project

_LEASES = (2, 50)
_MAX_CONNECTIONS = 1024
_MAX_ROUNDS = 3
_COUNTED_REQUESTS = 50
_SHARING_CLIENTS = 64
_OF_EMPTY = Goal(at_least=0.25)
_OF_AUTHENTICATED = Goal(at_least=0.8)
_ROUND_TRIPS = Goal(at_most=1)
_MEMORY_MB = Goal(at_most=150)
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class _Reads:
    """The addresses to read, by what the tables call them, and the key for them."""

    key: str
    wallets: frozenset[str]
    """Those that there are goals for: they come with the key."""
    paths: dict[str, str]


def main(
    seconds: Annotated[
        float, typer.Option(min=1, max=MAX_SECONDS, help="How long each figure is measured.")
    ] = 3.0,
    clients: Annotated[
        str, typer.Option(help="Numbers of connections, each of which asks again when answered.")
    ] = "1,16,64,256",
) -> None:
    """Measure reads: throughput beside floors of the same server, round trips, memory.

    It starts a PostgreSQL and an API process of its own, on loopback, in a temporary folder.
    """
    levels = [min(level, _MAX_CONNECTIONS) for level in whole_numbers(clients)]
    with temporary_database(durable=True) as location:
        environment = api_environment(location)
        settings = load_settings(environment)
        reads = asyncio.run(_make_customers(location.application_url, settings))
        CONSOLE.print(f"Load generator: {generator()}. One API process.")
        with served_api(location, environment) as api:
            _show_throughput(api, reads, levels, seconds)
            megabytes = api.peak_memory_bytes() / _MEGABYTE
        CONSOLE.print(f"Peak memory of the API process: {judged(megabytes, _MEMORY_MB)} MB\n")
        # In this process, whose standard error is for people.
        quiet = load_settings({**environment, "LAYERS_LOG_LEVEL": "error"})
        _show_round_trips(quiet, reads)


async def _make_customers(url: str, settings: Settings) -> _Reads:
    now = Clock().now()
    assert settings.secret_keys is not None
    connection = await connect(url)
    try:
        partner = await make_partner(connection, now)
        (child,) = await make_children(connection, now, partner, 1)
        key = await make_key(connection, now, partner, SecretKeys.parse(settings.secret_keys))
        paths = {
            "credits of a child": f"/v1/organizations/{format_id('org', child.organization_id)}/credits",
            "one's own credits": "/v1/credits",
        }
        wallets = frozenset(paths.values())
        for count in _LEASES:
            project_id = await make_project(
                connection, now, partner.tenant_id, partner.organization_id
            )
            await lease_accounts(connection, now, partner, project_id, count)
            project = format_id("prj", project_id)
            paths[f"{count} leased accounts"] = f"/v1/projects/{project}/leased-accounts"
    finally:
        await connection.close()
    return _Reads(key, wallets, paths)


def _show_throughput(api: Api, reads: _Reads, levels: list[int], seconds: float) -> None:
    targets = {
        "empty": Target(api.port, routes.EMPTY),
        "authenticated, does nothing": Target(api.port, routes.AUTHENTICATED, reads.key),
        **{name: Target(api.port, path, reads.key) for name, path in reads.paths.items()},
    }
    for target in targets.values():
        load(target, connections=max(levels), seconds=1)
    rows: list[list[str] | None] = []
    for level in levels:
        with CONSOLE.status(f"{level} connections …"):
            found = _measure(api, list(targets.values()), level, seconds)
        for (name, target), spells in zip(targets.items(), found, strict=True):
            rate = median(spell.requests_per_second for spell in spells)
            of_empty, of_authenticated = (_ratio(spells, found[floor]) for floor in (0, 1))
            is_wallet = target.path in reads.wallets
            rows.append(
                [
                    name,
                    str(level),
                    number(rate),
                    number(median(spell.median_milliseconds for spell in spells)),
                    judged(of_empty, _OF_EMPTY if is_wallet else None),
                    judged(of_authenticated, _OF_AUTHENTICATED if is_wallet else None),
                ]
            )
        rows.append(None)
    show(
        "Reads over HTTP",
        ["route", "connections", "requests/s", "median ms", "of empty", "of authenticated"],
        rows,
    )


def _measure(
    api: Api, targets: list[Target], connections: int, seconds: float
) -> list[list[Throughput]]:
    """Measure all in turn, several times: what else the machine does meanwhile meets each of them."""
    rounds = min(_MAX_ROUNDS, int(seconds))
    found: list[list[Throughput]] = [[] for _ in targets]
    for _ in range(rounds):
        for target, spells in zip(targets, found, strict=True):
            spells.append(load(target, connections=connections, seconds=seconds / rounds))
            api.forget_log()
    return found


def _ratio(spells: list[Throughput], floor: list[Throughput]) -> float:
    """Compare within each round, where the machine was the same."""
    return median(
        spell.requests_per_second / below.requests_per_second
        for spell, below in zip(spells, floor, strict=True)
    )


def _show_round_trips(settings: Settings, reads: _Reads) -> None:
    paths = [routes.AUTHENTICATED, *reads.paths.values()]
    alone, shared = (
        asyncio.run(
            round_trips_per_request(
                settings, paths, reads.key, clients=clients, requests=_COUNTED_REQUESTS
            )
        )
        for clients in (1, _SHARING_CLIENTS)
    )
    show(
        "Round trips to the database per request",
        ["route", "1 client", f"{_SHARING_CLIENTS} clients, who share them"],
        [
            [name, judged(one, _ROUND_TRIPS if path in reads.wallets else None), number(many)]
            for name, path, one, many in zip(
                ["authenticated, does nothing", *reads.paths], paths, alone, shared, strict=True
            )
        ],
    )


if __name__ == "__main__":
    run(main)
