"""Starting jobs over HTTP: one hot wallet beside 1,000, with batching and without, beside pgbench."""

from __future__ import annotations

import asyncio
import secrets
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect
from partner_api.ids import format_id
from partner_api.settings.table import load_settings
from rig.api import api_environment, served_api
from rig.command import CONSOLE, MAX_SECONDS, run, whole_numbers
from rig.database import temporary_database
from rig.load import generator
from rig.pgbench import RESERVE, Pgbench
from rig.posts import Post, load_posts
from rig.report import Goal, judged, number, show
from rig.tenants import make_children, make_key, make_partner

if TYPE_CHECKING:
    from partner_api.database.location import DatabaseLocation
    from rig.api import Api

_WALLETS = 1000
_MAX_CLIENTS = 1024
# pgbench's processes and the server share the machine, so more of them make it slower, not faster.
_PGBENCH_CLIENTS = (1, 8, 32)
_JUDGED_CLIENTS = 64
_OF_PGBENCH = Goal(at_least=2)
_OF_MANY = Goal(at_least=0.9)
_MAX_ROUNDS = 3
_CREDITS = 120
_BODY = {"tiktokVideoId": "7301234567890123456"}


class _Customers:
    """A partner with many children, each with a key; the hot wallet is the first one's."""

    def __init__(self, tenant_id: int, posts: list[Post]) -> None:
        self.tenant_id = tenant_id
        self.posts = {1: posts[:1], _WALLETS: posts}


def main(
    seconds: Annotated[
        float, typer.Option(min=1, max=MAX_SECONDS, help="How long each figure is measured.")
    ] = 2.0,
    clients: Annotated[
        str, typer.Option(help="Numbers of connections, each of which asks again when answered.")
    ] = "1,16,64,256",
    keyed: Annotated[
        bool, typer.Option(help="Send an Idempotency-Key of its own with each request.")
    ] = False,
) -> None:
    """Measure starts of jobs: per second, over HTTP, beside pgbench calling the same function.

    It starts a PostgreSQL and an API process of its own, on loopback, in a temporary folder.
    """
    levels = [min(level, _MAX_CLIENTS) for level in whole_numbers(clients)]
    with temporary_database(durable=True) as location:
        environment = api_environment(location)
        settings = load_settings(environment)
        assert settings.secret_keys is not None
        keys = SecretKeys.parse(settings.secret_keys)
        customers = asyncio.run(_make_customers(location.application_url, keys))
        floor = {
            wallets: _pgbench(location, customers, wallets, seconds) for wallets in (1, _WALLETS)
        }
        CONSOLE.print(
            f"pgbench, one call per transaction, the best of {_PGBENCH_CLIENTS} clients: "
            f"{number(floor[1])} jobs/s on one wallet, {number(floor[_WALLETS])} on {_WALLETS:,}."
        )
        CONSOLE.print(f"Load generator: {generator()}. One API process.")
        for batched in (True, False):
            variables = {} if batched else {"LAYERS_BATCH_SIZE": "1"}
            with served_api(location, {**environment, **variables}) as api:
                _show(api, customers, levels, seconds, floor, batched=batched, keyed=keyed)


async def _make_customers(url: str, secret_keys: SecretKeys) -> _Customers:
    now = Clock().now()
    connection = await connect(url)
    try:
        partner = await make_partner(connection, now)
        posts = []
        for child in await make_children(connection, now, partner, _WALLETS):
            key = await make_key(connection, now, child, secret_keys)
            project = format_id("prj", child.project_id)
            posts.append(Post(f"/v1/projects/{project}/content/video-remix", key))
    finally:
        await connection.close()
    return _Customers(partner.tenant_id, posts)


def _pgbench(
    location: DatabaseLocation, customers: _Customers, wallets: int, seconds: float
) -> float:
    """Return the most that pgbench reaches with any number of clients."""
    pgbench = Pgbench(location.application_url)
    rates = []
    for level in _PGBENCH_CLIENTS:
        variables = {
            "run": secrets.randbelow(2**31),
            "n": 0,
            "tenant": customers.tenant_id,
            "wallets": wallets,
            "reserved": _CREDITS,
        }
        with CONSOLE.status(f"pgbench, {level} clients, {wallets} wallets …"):
            rates.append(pgbench.run(RESERVE, variables, clients=level, seconds=seconds)[0])
    return max(rates)


def _show(
    api: Api,
    customers: _Customers,
    levels: list[int],
    seconds: float,
    floor: dict[int, float],
    *,
    batched: bool,
    keyed: bool,
) -> None:
    rounds = max(1, min(_MAX_ROUNDS, int(seconds)))

    def measure(wallets: int, level: int) -> tuple[float, float]:
        spell = load_posts(
            api.port,
            customers.posts[wallets],
            _BODY,
            connections=level,
            seconds=seconds / rounds,
            keyed=keyed,
        )
        api.forget_log()
        return spell.requests_per_second, spell.median_milliseconds

    measure(_WALLETS, max(levels))
    rows = []
    for level in levels:
        with CONSOLE.status(f"{level} connections …"):
            # In turn: what else the machine does meanwhile meets each of them.
            pairs = [(measure(1, level), measure(_WALLETS, level)) for _ in range(rounds)]
        hot, many = (median(pair[place][0] for pair in pairs) for place in (0, 1))
        judge = batched and level == _JUDGED_CLIENTS
        rows.append(
            [
                str(level),
                number(hot),
                number(median(pair[0][1] for pair in pairs)),
                judged(hot / floor[1], _OF_PGBENCH if judge else None),
                number(many),
                number(median(pair[1][1] for pair in pairs)),
                number(many / floor[_WALLETS]),
                judged(median(a[0] / b[0] for a, b in pairs), _OF_MANY if judge else None),
            ]
        )
    kind = "what arrives together goes together" if batched else "each start alone"
    show(
        f"Starts of jobs per second, {kind}" + (", with Idempotency-Key" if keyed else ""),
        [
            "connections",
            "hot wallet",
            "median ms",
            "of pgbench",
            f"{_WALLETS:,} wallets",
            "median ms",
            "of pgbench",
            "hot of many",
        ],
        rows,
    )


if __name__ == "__main__":
    run(main)
