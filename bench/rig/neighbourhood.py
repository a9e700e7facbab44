"""Who takes part in ``bench/neighbours.py``, and how what a neighbour notices is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvloop

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect
from partner_api.ids import format_id
from rig.busy import Plan
from rig.neighbour import ALLOCATE, Neighbour, ask_in_turn, long_enough
from rig.report import Goal, judged, show
from rig.tenants import make_children, make_key, make_partner, make_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partner_api.database.location import DatabaseLocation
    from rig.api import Api
    from rig.steady import Steady
    from rig.tenants import Spender

CLIENTS = 64
WORKERS = 8
_WALLETS = 1000
# What waits longer for its 1,000 answers has fewer of them.
_PATIENCE = 3
_Goals = tuple[Goal | None, Goal | None, Goal | None]
# Of the median and of the 99th percentile as shares of what they are alone, and of the latter in milliseconds.
_GOALS_OF_OTHERS: _Goals = (Goal(at_most=3), Goal(at_most=5), None)
_GOALS_OF_ALLOCATE: _Goals = (None, None, Goal(at_most=100))


@dataclass(frozen=True)
class People:
    """A busy partner, of whose 1,000 children the first one's wallet is the hot one, its worker, and a neighbour."""

    busy: Spender
    children: list[Spender]
    posts: list[tuple[str, str]]
    """Where each child starts jobs, and with which key."""
    worker_token: str
    neighbour: Neighbour


@dataclass(frozen=True)
class Neighbourhood:
    """What all parts need, and what was chosen on the command line."""

    location: DatabaseLocation
    environment: dict[str, str]
    api: Api
    people: People
    seconds: float
    spells: str
    jobs: int
    leases: int

    def ask(
        self, names: Sequence[str], enough: Callable[[int], bool] | None = None
    ) -> dict[str, Steady]:
        """Let the neighbour ask for these in turn; return how long each took.

        Without another measure it is enough when the time is up and each was asked for 1,000 times, in three times the
        time at the most.
        """
        most_seconds = _PATIENCE * self.seconds
        if enough is None:
            enough = long_enough(self.seconds, most_seconds=most_seconds)
        requests = self.people.neighbour.requests(*names)
        found = uvloop.run(ask_in_turn(self.api.port, requests, enough))
        self.api.forget_log()
        return found


async def make_people(location: DatabaseLocation, environment: dict[str, str]) -> People:
    """Create everybody."""
    now, secret_keys = Clock().now(), SecretKeys.parse(environment["LAYERS_SECRET_KEYS"])
    connection = await connect(location.application_url)
    try:
        busy = await make_partner(connection, now)
        children = await make_children(connection, now, busy, _WALLETS)
        posts = []
        for child in children:
            key = await make_key(connection, now, child, secret_keys)
            project = format_id("prj", child.project_id)
            posts.append((f"/v1/projects/{project}/content/video-remix", key))
        other = await make_partner(connection, now)
        (child,) = await make_children(connection, now, other, 1)
        neighbour = Neighbour(
            await make_key(connection, now, other, secret_keys),
            format_id("org", child.organization_id),
            format_id("prj", other.project_id),
        )
        token = await make_worker(connection, now, secret_keys)
    finally:
        await connection.close()
    return People(busy, children, posts, token, neighbour)


def busy_plan(here: Neighbourhood) -> Plan:
    """Return what the busy partner does: jobs of its hot wallet are started and completed."""
    return Plan(
        here.api.port,
        here.people.posts[:1],
        clients=CLIENTS,
        workers=WORKERS,
        worker_token=here.people.worker_token,
    )


def show_noticed(alone: dict[str, Steady], noticed: dict[str, dict[str, Steady]]) -> None:
    """Show what the neighbour noticed, by what went on and what it asked for."""
    rows: list[list[str] | None] = []
    for spell, found in {"nothing else": alone, **noticed}.items():
        rows += [[f"[italic]{spell}[/italic]", "", "", "", "", "", ""]]
        for name, met in found.items():
            p50, p99 = met.quantile(0.5), met.quantile(0.99)
            of_p50, of_p99, most = _GOALS_OF_ALLOCATE if name == ALLOCATE else _GOALS_OF_OTHERS
            if spell not in noticed:
                of_p50 = of_p99 = most = None
            rows.append(
                [
                    f"  {name}",
                    f"{len(met.milliseconds):,}",
                    str(met.failed),
                    _judged(p50, None),
                    _judged(p50 / alone[name].quantile(0.5), of_p50),
                    _judged(p99, most),
                    _judged(p99 / alone[name].quantile(0.99), of_p99),
                ]
            )
        rows.append(None)
    show(
        "What another partner notices, asking for one after the other",
        ["meanwhile", "answers", "failed", "p50 ms", "of alone", "p99 ms", "of alone"],
        rows,
    )


def _judged(value: float, goal: Goal | None) -> str:
    if math.isnan(value):
        return "none"
    return "for ever" if math.isinf(value) and goal is None else judged(value, goal)
