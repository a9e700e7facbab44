"""The part of ``bench/neighbours.py`` in which a partner starts jobs and workers complete them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from partner_api.clock import Clock
from partner_api.database.connection import connect
from rig.books import require_clean_books
from rig.busy import Done, Plan, busy_partner, refusals
from rig.command import CONSOLE
from rig.neighbour import ALLOCATE, CHILD_CREDITS, CREDITS
from rig.neighbourhood import CLIENTS, WORKERS, busy_plan, show_noticed
from rig.overdue import start_jobs
from rig.pairs import Floor, measure_floor, take_waiting_jobs
from rig.report import Goal, judged, number, show

if TYPE_CHECKING:
    from rig.neighbourhood import Neighbourhood
    from rig.steady import Steady

_BACKLOG = 13_000
_BULK = 50
_OF_PGBENCH = Goal(at_least=2)
_OF_MANY = Goal(at_least=0.9)
_HOT = "hot wallet"
_MANY = "1,000 wallets"
_BEHIND = f"{_HOT}, {_BACKLOG:,} jobs wait"
_ASKED = (CREDITS, CHILD_CREDITS, ALLOCATE)
_LASTING = timedelta(days=1)


class _Spell(NamedTuple):
    """What was done, what a neighbour noticed, and how many calls of each function were made for how many items."""

    done: Done
    noticed: dict[str, Steady]
    batches: dict[str, tuple[float, float]]


def measure_spending(here: Neighbourhood) -> None:
    """Measure pairs of starts and completes beside pgbench, and what a neighbour notices of them."""
    plans = {name: plan for name, plan in _plans(here).items() if here.spells in name}
    floor = measure_floor(here.location, here.people.busy.tenant_id, here.seconds)
    CONSOLE.print(
        f"pgbench on one wallet, one call per transaction, the best of several numbers of clients: "
        f"{number(floor.starts_per_second)} starts/s, {number(floor.completes_per_second)} completes/s, so "
        f"{number(floor.pairs_per_second)} pairs/s; claims are not counted."
    )
    here.ask(_ASKED)
    alone = here.ask(_ASKED)
    spells = {}
    for name, plan in plans.items():
        with CONSOLE.status(f"{name} …"):
            if name == _BEHIND:
                asyncio.run(_make_backlog(here))
            spells[name] = _measure(here, plan)
            take_waiting_jobs(here.location)
    require_clean_books(here.location)
    _show_done(floor, spells)
    show_noticed(alone, {name: spell.noticed for name, spell in spells.items()})
    _show_batches(spells)


def _plans(here: Neighbourhood) -> dict[str, Plan]:
    hot, replace = busy_plan(here), msgspec.structs.replace
    return {
        _HOT: hot,
        f"{_HOT}, completes one by one": replace(hot, completing="one by one"),
        f"{_HOT}, completes in bulk": replace(hot, completing="in bulk", claimed=_BULK),
        _BEHIND: hot,
        _MANY: replace(hot, posts=here.people.posts),
    }


async def _make_backlog(here: Neighbourhood) -> None:
    connection = await connect(here.location.application_url)
    try:
        await start_jobs(
            connection, Clock().now(), here.people.children[0], _BACKLOG, lasting=_LASTING
        )
    finally:
        await connection.close()


def _measure(here: Neighbourhood, plan: Plan) -> _Spell:
    with busy_partner(plan) as busy:
        before = _batches(here)
        noticed = here.ask(_ASKED)
        after = _batches(here)
        done = busy.end()
    here.api.forget_log()
    batches = {
        function: (calls - before.get(function, (0, 0))[0], items - before.get(function, (0, 0))[1])
        for function, (calls, items) in after.items()
    }
    return _Spell(done, noticed, batches)


def _batches(here: Neighbourhood) -> dict[str, tuple[float, float]]:
    calls = here.api.counts_by_function("layers_money_calls_total")
    items = here.api.counts_by_function("layers_money_items_total")
    return {function: (count, items[function]) for function, count in calls.items()}


def _show_done(floor: Floor, spells: dict[str, _Spell]) -> None:
    many = _pairs_per_second(spells[_MANY].done) if _MANY in spells else None
    rows, details = [], []
    for name, (done, _, _) in spells.items():
        pairs = _pairs_per_second(done)
        # Many wallets are what one is compared with; there pgbench would do other work too.
        is_hot = name != _MANY
        rows.append(
            [
                name,
                number(pairs),
                judged(pairs / floor.pairs_per_second, _OF_PGBENCH) if is_hot else "",
                judged(pairs / many, _OF_MANY) if is_hot and many else "",
            ]
        )
        details.append(
            [
                name,
                number(done.starts / done.seconds),
                number(done.start_milliseconds),
                number(done.claims / done.seconds),
                number(done.completes / done.seconds),
                number(done.complete_milliseconds),
                refusals(done),
                number(done.processor_seconds / done.seconds),
            ]
        )
    show(
        f"A busy partner: {CLIENTS} clients start jobs, {WORKERS} workers complete them",
        ["spell", "pairs/s", "of pgbench", "hot of many"],
        rows,
    )
    show(
        "In detail",
        ["spell", "starts/s", "ms", "claims/s", "completes/s", "ms", "refused", "generator's CPU"],
        details,
    )


def _pairs_per_second(done: Done) -> float:
    return min(done.starts, done.completes) / done.seconds


def _show_batches(spells: dict[str, _Spell]) -> None:
    rows = [
        [name, function, f"{calls:,.0f}", f"{items:,.0f}", number(items / calls)]
        for name, spell in spells.items()
        for function, (calls, items) in spell.batches.items()
        if calls
    ]
    if rows:
        show(
            "How many went together",
            ["spell", "function", "calls", "items", "items a call"],
            rows,
        )
