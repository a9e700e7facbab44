"""Books that are right: nothing is reported, and everything was looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.reconciliation.history import MARCH, check
from tests.support.tenants import make_partner

from partner_api.reconciliation.rules import Progress, Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from tests.reconciliation.history import History

    from partner_api.database.connection import Connection, Pool

STAGES = ("wallets", "jobs", "transfers", "leases", "requests", "answers")


@pytest.mark.usefixtures("pages")
async def test_a_mixed_history_has_no_mismatch(connection: Connection, history: History) -> None:
    result = await check(connection, history)

    assert result.mismatches == []
    assert result.mismatches_found == 0
    assert not result.cut


@pytest.mark.usefixtures("pages")
async def test_every_wallet_and_event_of_the_tenant_is_counted(
    connection: Connection, history: History
) -> None:
    counted = await connection.fetchrow(
        """
        SELECT (SELECT count(*) FROM wallets WHERE tenant_id = $1)
             + (SELECT count(*) FROM cash_wallets WHERE tenant_id = $1),
               (SELECT count(*) FROM credit_events WHERE tenant_id = $1)
             + (SELECT count(*) FROM cash_events WHERE tenant_id = $1)
        """,
        history.tenant_id,
    )
    assert counted is not None
    wallets, events = counted

    result = await check(connection, history)

    assert (wallets, events) == (result.wallets_checked, result.events_checked)
    # Four credit wallets and a cash wallet; the history has events of every type.
    assert wallets == 5
    assert events > 50


async def test_the_history_really_has_everything_in_it(
    connection: Connection, history: History
) -> None:
    """Otherwise the tests of this folder would prove less than they seem to."""
    types = await connection.fetch(
        """
        SELECT DISTINCT event_type || coalesce(':' || (metadata ->> 'reason'), '') AS kind
          FROM credit_events WHERE tenant_id = $1
        """,
        history.tenant_id,
    )
    assert {row["kind"] for row in types} == {
        "adjustment",
        "adjustment:archive_lapse",
        "adjustment:period_lapse",
        "allocation",
        "allocation:archive_sweep",
        "allocation:auto_refill",
        "grant",
        "grant:period_allotment",
        "grant:subscription_raised",
        "purchase",
        "refund",
        "usage",
    }
    statuses = await connection.fetch(
        "SELECT DISTINCT status FROM jobs WHERE tenant_id = $1", history.tenant_id
    )
    assert {row["status"] for row in statuses} == {"running", "completed", "failed", "canceled"}


async def test_an_organization_alone_is_checked_alone(
    connection: Connection, history: History
) -> None:
    result = await check(connection, history, history.child)

    assert result.mismatches == []
    assert result.wallets_checked == 1


async def test_a_partner_alone_is_checked_with_its_cash_wallet(
    connection: Connection, history: History
) -> None:
    assert (await check(connection, history, history.partner)).wallets_checked == 2


async def test_an_organization_is_found_without_its_tenant(
    connection: Connection, history: History
) -> None:
    scope = Scope(organization_id=history.child.organization_id)

    result = await reconcile(connection, MARCH, scope)

    assert (result.wallets_checked, result.mismatches) == (1, [])


async def test_everything_includes_each_tenant(own_pool: Pool) -> None:
    async with own_pool.acquire() as connection:
        await make_partner(connection)
        before = await reconcile(connection, MARCH)
        await make_partner(connection)
        after = await reconcile(connection, MARCH)
    assert before.wallets_checked >= 2
    assert after.wallets_checked == before.wallets_checked + 2


async def test_progress_tells_how_many_wallets_are_left(
    connection: Connection, history: History
) -> None:
    seen: list[tuple[str, int, int]] = []

    def watch(progress: Progress) -> None:
        seen.append((progress.stage, progress.wallets_checked, progress.wallets))

    await reconcile(connection, MARCH, Scope(history.tenant_id), on_progress=watch)

    assert seen[0] == ("wallets", 5, 5)
    assert [stage for stage, _, _ in seen] == sorted(
        (stage for stage, _, _ in seen),
        key=[*STAGES, "pool accounts"].index,
    )
    assert seen[-1][0] == "pool accounts"


async def test_it_says_when_it_began_and_ended(connection: Connection, history: History) -> None:
    result = await check(connection, history)

    assert result.started_at == MARCH
    assert MARCH <= result.finished_at < MARCH + timedelta(minutes=1)


async def test_it_only_reads(connection: Connection, history: History) -> None:
    await connection.execute("SET default_transaction_read_only = on")

    assert (await check(connection, history)).mismatches == []
