"""Why a row of a ledger is there: a sentence for everything that can make one, read on real sequences of business."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, get_args
from uuid import uuid4

from tests.support import leases
from tests.support.operations import (
    configure,
    post,
    read,
    release,
    settle,
    started,
    subscribe,
    subscription,
)
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.cash import store as cash
from partner_api.cash.event_store import CashFilter
from partner_api.cash.operator_event_store import list_events_with_origin as list_cash
from partner_api.console.components.sentence import plain
from partner_api.console.pages.ledgers.cash_words import EXPLAINED_CASH, cash_words
from partner_api.console.pages.ledgers.credit_words import EXPLAINED, credit_words
from partner_api.credits import store as credit
from partner_api.credits.event_store import EventFilter
from partner_api.credits.operator_event_store import list_events_with_origin
from partner_api.database.arguments import SYSTEM, Actor
from partner_api.ids import format_id
from partner_api.ops.cash.event_schemas import ops_cash_event_of
from partner_api.ops.credits.event_schemas import CreditRule, ops_credit_event_of
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from typing import Literal
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

# How functions of the database say which rule makes a row: in its metadata, or to the transfer that they make.
REASON = re.compile(r"""\{"reason": "(\w+)"\}|credit_transfer\(\s*\w+, \w+, \w+, \w+, '(\w+)'""")


async def reasons(
    connection: Connection, wallet: Wallet, env: Literal["live", "test"] = "live"
) -> list[str]:
    """Why each row of a ledger of credits is there, oldest first."""
    rows = await list_events_with_origin(
        connection,
        wallet.tenant_id,
        wallet.organization_id,
        EventFilter(),
        job_ids=None,
        direction=None,
        before=None,
        limit=100,
    )
    return [plain(credit_words(ops_credit_event_of(row, {}, env))) for row in reversed(rows)]


async def cash_reasons(connection: Connection, partner: Wallet) -> list[str]:
    """Why each row of a cash ledger is there, oldest first."""
    rows = await list_cash(
        connection,
        partner.tenant_id,
        partner.organization_id,
        CashFilter(),
        before=None,
        limit=100,
    )
    return [plain(cash_words(ops_cash_event_of(row, {}))) for row in reversed(rows)]


async def types_of(connection: Connection, table: str) -> set[str]:
    """The types of row that the table of a ledger lets in."""
    check = await connection.fetchval(
        """
        SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint
         WHERE conrelid = $1::regclass AND contype = 'c'
           AND pg_get_constraintdef(oid) LIKE 'CHECK ((event_type = ANY%'
        """,
        table,
    )
    return set(re.findall(r"'(\w+)'::text", check))


async def test_everything_that_can_make_a_row_has_a_sentence(connection: Connection) -> None:
    bodies = await connection.fetch(
        "SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    found = {one for row in bodies for pair in REASON.findall(row["prosrc"]) for one in pair if one}
    assert found == set(get_args(CreditRule))
    assert await types_of(connection, "credit_events") | found == EXPLAINED
    assert await types_of(connection, "cash_events") == EXPLAINED_CASH


async def test_what_happens_to_a_child_s_credits(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1_000)
    child = await make_child(connection, partner, prepaid=300)
    await subscribe(connection, child, 100)
    await subscribe(connection, child, 150)
    job = await started(connection, child, 120)
    await settle(connection, child, job, 90)
    other = await started(connection, child, 120)
    await settle(connection, child, other, 120)
    for status in ("failed", "canceled"):
        await release(connection, child, await started(connection, child, 50), status)
    await post(connection, child, "refund", 30, job_id=job)
    await configure(connection, child, refill_threshold=270, refill_amount=200)
    await started(connection, child, 10)
    await post(connection, child, "grant", 1)
    await post(connection, child, "purchase", 40)
    await post(connection, child, "adjustment", -5)
    await read(connection, child, NOON + timedelta(days=31))
    assert await reasons(connection, child) == [
        "300 credits came from Partner.",
        "The subscription's allotment grew within the period: the 100 credits that the period had "
        "not had yet were granted at once.",
        "The subscription's allotment grew within the period: the 50 credits that the period had "
        "not had yet were granted at once.",
        f"A video remix was completed, and its job {format_id('job', job)} was charged 90 of the "
        "120 credits that it had reserved: 90 from the allotment.",
        f"A video remix was completed, and its job {format_id('job', other)} was charged 120 "
        "credits, all that it had reserved: 60 from the allotment and 60 from prepaid.",
        f"The job {format_id('job', job)} was given back 30 of the 90 credits that it was charged, "
        "as prepaid credits.",
        "A job would have left the wallet below its refill threshold, so it was refilled with 200 "
        "credits from Partner.",
        "1 credit was granted, as prepaid credits.",
        "40 credits were bought, as prepaid credits.",
        "The prepaid balance was corrected down, by 5 credits.",
        "A new period began: the subscription's allotment of 150 credits was granted.",
    ]
    assert (await reasons(connection, partner))[1:] == [
        "300 credits were moved to Child.",
        "A job of Child would have left it below its refill threshold, so it was refilled with "
        "200 credits.",
    ]


async def test_what_happens_at_the_ends_of_periods_and_of_a_child(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    child = await make_child(connection, partner, prepaid=60)
    await subscribe(connection, child, 100)
    month = NOON + timedelta(days=31)
    await read(connection, child, month)
    somebody = Actor("operator", None, uuid4(), "Olga", None)
    moved = subscription(child, 100, started_on=date(2026, 7, 2))._replace(caller=somebody)
    await credit.set_subscriptions(connection, child.tenant_id, month, [moved])
    item = organizations.ArchiveItem(child.organization_id, partner.organization_id, SYSTEM, None)
    await organizations.archive(connection, child.tenant_id, month, [item])
    assert (await reasons(connection, child))[2:] == [
        "The period ended: 100 credits of its allotment were not used and lapsed.",
        "A new period began: the subscription's allotment of 100 credits was granted.",
        "The subscription's start was moved, which ended the period: 100 credits of its allotment "
        "were not used and lapsed.",
        "The subscription's start was moved, which began a new period: the subscription's "
        "allotment of 100 credits was granted.",
        "The organization is archived: 60 credits that were prepaid and free went back to Partner.",
        "The organization is archived: 100 credits of its allotment were not used and lapsed.",
    ]
    assert (await reasons(connection, partner))[-1] == (
        "Child is archived: 60 credits that were prepaid and free came back."
    )


async def test_a_test_environment_begins_with_fictitious_credits(connection: Connection) -> None:
    partner = await make_partner(connection, env="test")
    assert (await reasons(connection, partner, "test"))[0] == (
        "The test environment began with 1,000,000 credits, which are fictitious."
    )


async def refund_month(connection: Connection, partner: Wallet, lease: UUID, now: datetime) -> None:
    item = cash.RefundItem(partner.organization_id, lease, 0, 4_000, "Sorry", SYSTEM, None)
    (outcome,) = await cash.refund(connection, partner.tenant_id, now, [item])
    assert outcome.status == "done", outcome


async def test_what_happens_to_cash(connection: Connection) -> None:
    begin = datetime(2026, 1, 31, 12, tzinfo=UTC)
    partner = await make_partner(connection, now=begin, cash_cents=40_000)
    child = await make_child(connection, partner, now=begin)
    lease = await leases.lease(connection, child, begin, price_cents=15_000)
    await refund_month(connection, partner, lease, begin)
    await leases.work(connection, partner, begin + timedelta(days=28))
    await leases.top_up(
        connection, partner, begin + timedelta(days=29), -14_000, event_type="adjustment"
    )
    # The third month cannot be paid, and is when money comes in.
    await leases.work(connection, partner, begin + timedelta(days=59))
    await leases.top_up(connection, partner, begin + timedelta(days=62), 20_000)
    handle = await connection.fetchval(
        "SELECT handle FROM social_accounts WHERE tenant_id = $1 AND id = $2",
        partner.tenant_id,
        lease,
    )
    assert await cash_reasons(connection, partner) == [
        "$400.00 was paid in.",
        f"The account @{handle} was leased: its month 1 (2026-01-31 to 2026-02-28) was charged.",
        f"Of the $150.00 that month 1 (2026-01-31 to 2026-02-28) of @{handle} was charged, $40.00 "
        "was given back.",
        f"The lease of @{handle} was renewed: its month 2 (2026-02-28 to 2026-03-31) was charged.",
        "The balance was corrected down, by $140.00.",
        "$200.00 was paid in.",
        f"The lease of @{handle} was renewed: its month 3 (2026-03-31 to 2026-04-30) was charged, "
        "3 days after it began.",
    ]
