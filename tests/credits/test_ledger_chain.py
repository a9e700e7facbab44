"""What the money functions hash: batches in their order, renewals that share a commit, and any text there is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.driver import Driver
from tests.reconciliation.history import make_pool_account
from tests.support import operations as op
from tests.support.assigning import LeaseAssignment, assign
from tests.support.chains import GENESIS, broken_chains
from tests.support.invariants import assert_books_balance
from tests.support.tenants import NOON, job_start, make_child, make_partner

from partner_api.cash import store as cash
from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Actor, Outcome
from partner_api.jobs import store as job_store
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

# PostgreSQL's text has no character 0, and no halves of surrogate pairs.
texts = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40
) | st.text(st.sampled_from('"\\/\b\f\n\r\t\x01\x1f\x7f\u2028é漢🎉 ,:{}[]'), max_size=20)


def done(outcomes: list[Outcome]) -> None:
    assert [outcome.status for outcome in outcomes] == ["done"] * len(outcomes), outcomes


async def chain(connection: Connection, wallet: Wallet, events: str) -> list[Any]:
    return await connection.fetch(
        f"SELECT * FROM {events} WHERE tenant_id = $1 AND organization_id = $2 ORDER BY sequence",
        wallet.tenant_id,
        wallet.organization_id,
    )


async def test_the_first_row_follows_zeros_and_each_other_the_one_before(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    for credits in (5, 6, 7):
        assert (await op.post(connection, partner, "grant", credits)).status == "done"
    rows = await chain(connection, partner, "credit_events")
    assert [row["previous_hash"] for row in rows] == [GENESIS, *(row["hash"] for row in rows[:-1])]
    assert len({row["hash"] for row in rows}) == 3
    assert (await op.stored(connection, partner))["last_hash"] == rows[-1]["hash"]
    await assert_books_balance(connection, partner.tenant_id)


async def test_batches_are_chained_in_their_order(connection: Connection) -> None:
    """Starts that refill from the partner, their settlements for three wallets, and all of it after two periods."""
    partner = await make_partner(connection, prepaid=10_000)
    children = [await make_child(connection, partner, prepaid=20) for _ in range(3)]
    refill: dict[str, Any] = {
        "refill_threshold": 50,
        "refill_amount": 100,
    }
    for child in children:
        await op.subscribe(connection, child, 30)
        await op.configure(connection, child, **refill)
    later = NOON + timedelta(days=70)
    starts = [job_start(children[n % 3], 20, now=later) for n in range(60)]
    done(await job_store.start_jobs(connection, partner.tenant_id, later, starts))
    assert len(await chain(connection, partner, "credit_events")) > 10
    await assert_books_balance(connection, partner.tenant_id)

    # One child is archived meanwhile: what its jobs free goes to the partner, in the same call.
    await organizations.archive(
        connection,
        partner.tenant_id,
        later,
        [
            organizations.ArchiveItem(
                children[1].organization_id, partner.organization_id, SYSTEM, None
            )
        ],
    )
    await assert_books_balance(connection, partner.tenant_id)
    charges = {
        start.job_id: charged for start, charged in zip(starts, [20, 0, 7, 19] * 15, strict=True)
    }
    operator = Actor("operator", operator_id=uuid4())
    done(await op.settle_all(connection, partner.tenant_id, charges, now=later, caller=operator))
    outcome = await op.post(
        connection, children[1], "refund", 5, job_id=starts[4].job_id, now=later
    )
    assert outcome.status == "done", outcome
    await assert_books_balance(connection, partner.tenant_id)


async def test_renewals_of_one_commit_are_chained_in_their_order(
    owner_connection: Connection,
) -> None:
    """Some cost nothing and leave no row; several months of all are caught up at once."""
    connection = owner_connection
    partner = await make_partner(connection, cash_cents=10_000_000)
    prices = [700, 0, 300, 0, 500, 0]
    for price in prices:
        assignment = LeaseAssignment(
            partner.project_id, [await make_pool_account(connection)], [uuid4()], price, SYSTEM
        )
        done([await assign(connection, partner.tenant_id, NOON, assignment)])
    before = len(await chain(connection, partner, "cash_events"))
    taken = await connection.fetchrow(
        "SELECT * FROM leases_renew_partners($1, $2, 1000)",
        [partner.tenant_id],
        NOON + timedelta(days=100),
    )
    assert taken is not None
    assert taken["p_advanced"] == 3 * len(prices)
    assert len(await chain(connection, partner, "cash_events")) == before + 3 * 3
    await assert_books_balance(connection, partner.tenant_id)

    posting = cash.CashPosting(
        partner.organization_id, "adjustment", -5, "Correction", "R-1", SYSTEM, None
    )
    later = NOON + timedelta(days=140)
    done(await cash.post(connection, partner.tenant_id, later, [posting] * 3))
    rows = await chain(connection, partner, "cash_events")
    assert [row["event_type"] for row in rows[-6:]] == ["lease_renewal"] * 3 + ["adjustment"] * 3
    await assert_books_balance(connection, partner.tenant_id)


async def test_free_renewals_alone_leave_the_chain_as_it_is(owner_connection: Connection) -> None:
    connection = owner_connection
    partner = await make_partner(connection, cash_cents=1_000)
    assignment = LeaseAssignment(
        partner.project_id, [await make_pool_account(connection)], [uuid4()], 0, SYSTEM
    )
    done([await assign(connection, partner.tenant_id, NOON, assignment)])
    await connection.fetchrow(
        "SELECT * FROM leases_renew_partners($1, $2, 1000)",
        [partner.tenant_id],
        NOON + timedelta(days=40),
    )
    assert len(await chain(connection, partner, "cash_events")) == 1
    await assert_books_balance(connection, partner.tenant_id)


def test_any_text_is_hashed_as_json_writes_it(database_urls: DatabaseUrls) -> None:
    """PostgreSQL's text of JSON and Python's are the same, and so are the orders of keys."""
    with Driver(database_urls, 1) as driver:
        connection = driver.connection
        partner = driver.run(make_partner(connection, cash_cents=5))

        @given(texts, st.dictionaries(texts, texts, max_size=6), texts)
        @settings(deadline=None, max_examples=60)
        def hashed(description: str, metadata: dict[str, str], request_id: str) -> None:
            caller = Actor("operator", operator_id=uuid4(), request_id=request_id)
            who = partner.organization_id
            posting = credit.CreditPosting(
                who, "grant", 1, None, description, metadata, caller, None
            )
            done(driver.call(credit.post, partner.tenant_id, NOON, [posting]))
            topup = cash.CashPosting(who, "topup", 1, description, request_id, caller, None)
            done(driver.call(cash.post, partner.tenant_id, NOON, [topup]))
            assert driver.run(broken_chains(connection, partner.tenant_id)) == []
            written = driver.run(connection.fetchval("SELECT to_json($1::text)::text", description))
            assert written == json.dumps(description, ensure_ascii=False)

        hashed()
