"""Rows that cannot be advanced, and what a sweep says of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from structlog.testing import capture_logs
from tests.support.tenants import NOON, Wallet, job_start

from partner_api.jobs import store as job_store
from partner_api.lease_requests import store as requests_store
from partner_api.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from partner_api.database.connection import Connection, Pool
    from partner_api.sweeps.sweep import Sweep


DAY = timedelta(days=1)


async def start(connection: Connection, wallet: Wallet, now: datetime = NOON) -> UUID:
    item = job_start(wallet, 1, now=now)._replace(inputs={"hook": "Hello"})
    (outcome,) = await job_store.start_jobs(connection, wallet.tenant_id, now, [item])
    assert outcome.status == "done", outcome
    return item.job_id


async def request(
    connection: Connection, partner: Wallet, now: datetime, request_id: UUID | None = None
) -> UUID:
    request_id = request_id or uuid4()
    await requests_store.insert_request(
        connection,
        partner.tenant_id,
        now,
        request_id=request_id,
        organization_id=partner.organization_id,
        project_id=partner.project_id,
        partner_request_id=None,
        count=1,
        vertical="food",
        audience=None,
        language=None,
        geo=[],
        target=None,
        note=None,
    )
    return request_id


def skipped(work: str) -> float:
    return REGISTRY.get_sample_value("layers_skipped_rows_total", {"work": work}) or 0.0


def locked_out(sweep: str) -> float:
    return REGISTRY.get_sample_value("layers_sweep_locked_total", {"sweep": sweep}) or 0.0


async def assert_skips(sweep: Sweep, pool: Pool, now: datetime, *, good: int, bad: int) -> None:
    """The good rows are advanced, the bad ones said and counted, and nothing is left to do at once."""
    before = skipped(sweep.name)
    with capture_logs() as log:
        steps = [await sweep.step(pool, now) for _ in range(6)]
    assert sum(steps) == good, steps
    assert steps[-3:] == [0, 0, 0], "a row that is not advanced is no progress"
    # Each was tried once: it rests.
    assert skipped(sweep.name) - before == bad
    lines = [entry for entry in log if entry["log_level"] in {"warning", "error"}]
    # The first of them by its own line, the others by their number in the next line, a minute later.
    assert [(line["event"], line["work"]) for line in lines] == [("row_skipped", sweep.name)], lines
    assert lines[0]["tenant_id"]


async def refuse_changes(owner: Connection, table: str, row_id: UUID) -> None:
    """Let every statement fail that changes this row."""
    await owner.execute(
        f"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'this row cannot be changed'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON {table}
           FOR EACH ROW WHEN (NEW.id = '{row_id}') EXECUTE FUNCTION refuse();
        """
    )
