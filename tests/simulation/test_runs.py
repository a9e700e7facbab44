"""Simulated runs: the books hold, the seed decides everything, and kills leave no trace."""

from __future__ import annotations

import msgspec
import pytest
from tests.simulation.conftest import Databases, EmptyDatabase

from partner_api.simulation.options import Options
from partner_api.simulation.tally import Report

SMALL = Options(
    seed=14, months=2, partners=2, children=2, operations_per_day=6, kill_rate=0.04, skew_seconds=3
)


@pytest.fixture(scope="module")
def small_run(databases: Databases) -> Report:
    """A run of two months with kills."""
    return databases.make().run(SMALL)


def test_the_books_hold_through_months_and_kills(small_run: Report) -> None:
    assert small_run.violation is None
    assert small_run.killed >= 5
    assert (small_run.ended_at - small_run.started_at).days in range(59, 63)


def test_everything_happens_in_a_run(small_run: Report) -> None:
    done = {kind for kind, counts in small_run.tally.outcomes.items() if counts["done"]}
    assert done >= {
        "adjustment",
        "allocation",
        "cash adjustment",
        "cash topup",
        "credit config",
        "grant",
        "job cancel",
        "job claim",
        "job completion",
        "job failure",
        "job heartbeat",
        "job start",
        "lease fulfilment",
        "lease price",
        "lease recall",
        "lease rejection",
        "lease release",
        "lease request",
        "organization",
        "project",
        "purchase",
        "read",
        "refund",
        "subscription",
        "sweep claims",
        "sweep events",
        "sweep expiries",
        "sweep periods",
    }
    assert small_run.tally.outcomes["repeated request"]["replayed"]
    assert {"CONFLICT", "BILLING_EXHAUSTED insufficient_credits"} <= small_run.tally.refusals.keys()
    assert small_run.totals is not None
    assert small_run.totals.lapsed
    assert small_run.totals.moved


def test_the_same_seed_is_the_same_run(database: EmptyDatabase, small_run: Report) -> None:
    again = database.run(SMALL)
    assert again.totals == small_run.totals
    assert again.tally == small_run.tally
    assert (again.operations, again.killed) == (small_run.operations, small_run.killed)


def test_kills_leave_no_trace_in_the_ledgers(database: EmptyDatabase, small_run: Report) -> None:
    """Every interrupted operation happened exactly once, so the rows are those of a quiet life."""
    quiet = database.run(_with(SMALL, kill_rate=0))
    assert quiet.killed == 0
    assert quiet.totals == small_run.totals


def test_another_seed_is_another_run(database: EmptyDatabase, small_run: Report) -> None:
    other = database.run(_with(SMALL, seed=5, months=1, kill_rate=0))
    assert other.violation is None
    assert other.totals is not None
    assert small_run.totals is not None
    assert other.totals.digest != small_run.totals.digest


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(8))
def test_years_of_several_partners(database: EmptyDatabase, seed: int) -> None:
    options = Options(seed=seed, months=18, partners=3, operations_per_day=60, kill_rate=0.02)
    report = database.run(options)
    assert report.violation is None
    rare = {"archive", "cash refund", "migration", "resumption", "suspension"}
    assert rare <= {kind for kind, counts in report.tally.outcomes.items() if counts["done"]}


def _with(options: Options, **changes: float) -> Options:
    return msgspec.structs.replace(options, **changes)
