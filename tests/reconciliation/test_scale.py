"""What a check costs grows with the books and no faster, and its memory does not grow at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.reconciliation.history import MARCH
from tests.reconciliation.large_books import make_books, measure
from tests.support.chains import chain_again

from partner_api.reconciliation.pages import EVENTS_PER_STATEMENT
from partner_api.reconciliation.rules import Rule, Scope
from partner_api.reconciliation.run import MISMATCHES_KEPT, reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


@pytest.fixture(scope="session")
def _owner(own_owner: Connection) -> Connection:
    """What is broken here is in the database of these tests: how it is read has to be the same each time."""
    return own_owner


async def test_cost_is_linear_and_memory_constant(breaking: Connection) -> None:
    """Also when the planner knows nothing of the new tenant's size: there is no ANALYZE in between."""
    small, large = 1_000, 2_000
    for tenant_id, wallets in ((1, small), (2, large)):
        await make_books(breaking, tenant_id, wallets=wallets, jobs_each=4)

    of_small = await measure(breaking, 1)
    of_large = await measure(breaking, 2)

    for cost, wallets in ((of_small, small), (of_large, large)):
        assert cost.result.mismatches == []
        assert (cost.result.wallets_checked, cost.result.events_checked) == (
            wallets + 1,
            wallets * 5,
        )
        # No row is read more often than there are questions about it.
        assert cost.rows_read["credit_events"] <= 5 * wallets * 5, cost.rows_read
        assert cost.rows_read["reservations"] <= 3 * wallets * 5, cost.rows_read
        assert cost.rows_read["jobs"] <= 3 * wallets * 5, cost.rows_read
        for table in ("wallets", "organizations", "projects"):
            assert cost.rows_read[table] <= 6 * wallets, cost.rows_read
    # When garbage is collected decides too, so the least of several counts.
    of_small_again = await measure(breaking, 1)
    least_of_small = min(of_small.peak_bytes, of_small_again.peak_bytes)
    least_of_large = of_large.peak_bytes
    for _ in range(2):
        if least_of_large >= 1.2 * least_of_small:
            least_of_large = min(least_of_large, (await measure(breaking, 2)).peak_bytes)
    assert least_of_large < 1.2 * least_of_small, (least_of_small, least_of_large)
    assert least_of_large < 8_000_000


async def test_a_wallet_with_very_many_events_is_read_once(breaking: Connection) -> None:
    await make_books(breaking, 1, wallets=2, jobs_each=90)
    # More than one statement reads. Purchases of nothing but one credit, so that the books stay right.
    many = EVENTS_PER_STATEMENT + 1_000
    await breaking.execute(
        """
        INSERT INTO credit_events (tenant_id, organization_id, sequence, event_id, event_type,
                                   included_delta, prepaid_delta, included_after, prepaid_after,
                                   usage_after, created_at, previous_hash, hash)
        SELECT tenant_id, organization_id, 91 + s,
               credit_event_id(tenant_id, organization_id, 91 + s, '2026-06-02'), 'purchase', 0, 1, 0,
               10 + s, 90, '2026-06-02', sha256(''), sha256('')
          FROM wallets, generate_series(1, $1::integer) s WHERE tenant_id = 1
        """,
        many,
    )
    await breaking.execute(
        "UPDATE wallets SET prepaid = prepaid + $1, last_sequence = last_sequence + $1 WHERE tenant_id = 1",
        many,
    )
    await chain_again(breaking, 1)

    cost = await measure(breaking, 1)

    assert cost.result.mismatches == []
    assert cost.result.events_checked == 2 * (many + 91)
    assert cost.rows_read["credit_events"] <= 5 * cost.result.events_checked
    assert cost.peak_bytes < 1_000_000


async def test_very_many_mismatches_are_all_counted_and_not_all_kept(breaking: Connection) -> None:
    wallets = 600
    await make_books(breaking, 1, wallets=wallets, jobs_each=3)
    await breaking.execute("UPDATE wallets SET prepaid = prepaid + 1 WHERE tenant_id = 1")
    await breaking.execute(
        "UPDATE reservations SET charged = 2 WHERE tenant_id = 1 AND charged = 1"
    )
    seen = 0

    def count(_: object) -> None:
        nonlocal seen
        seen += 1

    result = await reconcile(breaking, MARCH, Scope(1), on_mismatch=count)

    assert result.mismatches_found == seen == wallets + 3 * wallets
    assert len(result.mismatches) == MISMATCHES_KEPT
    assert result.cut
    assert {each.rule for each in result.mismatches} == {Rule.PREPAID_BALANCE, Rule.JOB_CHARGE}
