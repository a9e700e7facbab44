"""The operator's postings: grant, purchase, adjustment and refund."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.invariants import assert_books_balance
from tests.support.operations import (
    audit,
    events,
    post,
    posting,
    read,
    refused,
    release,
    settle,
    spend,
    started,
    subscribe,
)
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Actor, Idempotency
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

LARGEST = 2**53 - 1


def _record(key: str, fingerprint: bytes = b"f") -> Idempotency:
    """A request of an operator; such records belong to tenant 0."""
    return Idempotency(0, _OPERATOR, "POST", "/ops/v1/credits", key, fingerprint)


_OPERATOR = uuid4()


@pytest.mark.parametrize(
    ("event_type", "audited"), [("grant", "credits.granted"), ("purchase", "credits.purchased")]
)
async def test_grants_and_purchases_go_to_prepaid(
    connection: Connection, event_type: str, audited: str
) -> None:
    partner = await make_partner(connection)
    operator = Actor("operator", None, uuid4(), "Grace", "req_1")
    item = posting(partner, event_type, 500)._replace(
        description="Welcome", metadata={"invoice": "9"}, caller=operator
    )
    (outcome,) = await credit.post(connection, partner.tenant_id, NOON, [item])
    assert outcome.facts is not None
    assert (outcome.facts["balance"], outcome.facts["available"]) == (500, 500)
    wallet = await read(connection, partner)
    assert (wallet.prepaid, wallet.included_remaining, wallet.included_this_period) == (
        500,
        0,
        0,
    )
    (event,) = await events(connection, partner)
    assert (event["event_type"], event["prepaid_delta"], event["included_delta"]) == (
        event_type,
        500,
        0,
    )
    assert (event["description"], event["metadata"]) == ("Welcome", {"invoice": "9"})
    assert (event["operator_id"], event["request_id"]) == (operator.operator_id, "req_1")
    assert outcome.facts["event"]["event_id"] == str(event["event_id"])
    (row,) = await audit(connection, partner, audited)
    assert (row["actor"], row["details"]["operator"]) == ("operator", "Grace")


async def test_an_adjustment_takes_prepaid_at_most_what_can_be_spared(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=300)
    await subscribe(connection, partner, 100)
    await started(connection, partner, 250)
    outcome = await post(connection, partner, "adjustment", -151)
    assert refused(outcome) == ("BILLING_EXHAUSTED", "insufficient_prepaid")
    assert outcome.facts == {"reason": "insufficient_prepaid", "required": 151, "available": 150}
    assert (await post(connection, partner, "adjustment", -150)).status == "done"
    wallet = await read(connection, partner)
    assert (wallet.included_remaining, wallet.prepaid, wallet.available) == (100, 150, 0)
    assert (await post(connection, partner, "adjustment", 10)).status == "done"
    deltas = [event["prepaid_delta"] for event in await events(connection, partner)]
    assert deltas == [300, 0, -150, 10]
    await assert_books_balance(connection, partner.tenant_id)


async def test_an_adjustment_never_takes_the_allotment(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=20)
    await subscribe(connection, partner, 100)
    assert refused(await post(connection, partner, "adjustment", -21))[1] == (
        "insufficient_prepaid"
    )
    assert (await post(connection, partner, "adjustment", -20)).status == "done"


async def test_a_refund_gives_back_at_most_the_charge(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    job_id = await started(connection, partner, 200)
    await settle(connection, partner, job_id, 120)
    assert (await post(connection, partner, "refund", 50, job_id=job_id)).status == "done"
    assert refused(await post(connection, partner, "refund", 71, job_id=job_id))[0] == "CONFLICT"
    assert (await post(connection, partner, "refund", 70, job_id=job_id)).status == "done"
    assert refused(await post(connection, partner, "refund", 1, job_id=job_id))[0] == "CONFLICT"

    wallet = await read(connection, partner)
    assert (wallet.prepaid, wallet.used_this_period) == (500, 120)
    refund = (await events(connection, partner))[-1]
    assert (refund["event_type"], refund["prepaid_delta"]) == ("refund", 70)
    assert (refund["job_id"], refund["project_id"]) == (job_id, partner.project_id)
    assert refund["format"] == "video_remix"
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_refund_of_included_credits_goes_to_prepaid(connection: Connection) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 100)
    job_id = await spend(connection, partner, 60)
    await post(connection, partner, "refund", 60, job_id=job_id)
    wallet = await read(connection, partner)
    assert (wallet.included_remaining, wallet.prepaid) == (40, 60)
    assert wallet.used_this_period == 60


async def test_only_a_charged_job_is_refunded(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    running, free, failed = [await started(connection, partner, 100) for _ in range(3)]
    await settle(connection, partner, free, 0)
    await release(connection, partner, failed)
    for job_id in (running, free, failed):
        outcome = await post(connection, partner, "refund", 1, job_id=job_id)
        assert refused(outcome)[0] == "CONFLICT"
    assert (await read(connection, partner)).balance == 500


async def test_a_refund_names_a_job_of_this_organization(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    child = await make_child(connection, partner)
    job_id = await spend(connection, partner, 100)
    assert refused(await post(connection, child, "refund", 1, job_id=job_id)) == (
        "NOT_FOUND",
        None,
    )
    assert refused(await post(connection, partner, "refund", 1, job_id=uuid4()))[0] == "NOT_FOUND"
    stranger = await make_partner(connection)
    assert refused(await post(connection, stranger, "refund", 1, job_id=job_id))[0] == "NOT_FOUND"


async def test_a_refund_in_a_later_period_leaves_that_periods_usage_alone(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=500)
    job_id = await spend(connection, partner, 100)
    later = NOON + timedelta(days=40)
    await post(connection, partner, "refund", 100, job_id=job_id, now=later)
    assert (await read(connection, partner, later)).used_this_period == 0


@pytest.mark.parametrize(
    "later", [timedelta(hours=23, minutes=59), timedelta(hours=24), timedelta(days=400)]
)
async def test_a_posting_with_a_key_happens_once(connection: Connection, later: timedelta) -> None:
    """Its record lasts a day; beyond that the posting remembers its key."""
    partner = await make_partner(connection)
    key = str(uuid4())
    first = await post(connection, partner, "grant", 10, idempotency=_record(key))
    await post(connection, partner, "grant", 3)
    now = NOON + later
    again = await post(connection, partner, "grant", 10, now=now, idempotency=_record(key))
    assert (first.status, again.status) == ("done", "replayed")
    assert again.facts == first.facts
    other = await post(
        connection, partner, "grant", 11, now=now, idempotency=_record(key, b"other")
    )
    assert refused(other) == ("IDEMPOTENCY_CONFLICT", None)
    assert (await read(connection, partner, now)).balance == 13


async def test_a_key_twice_in_one_batch_posts_once_on_both_sides_of_the_purge(
    connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection)
    one, two = str(uuid4()), str(uuid4())
    items = [posting(partner, "grant", 10, idempotency=_record(key)) for key in (one, one, two)]
    outcomes = await credit.post(connection, partner.tenant_id, NOON, items)
    assert [outcome.status for outcome in outcomes] == ["done", "replayed", "done"]
    await owner_connection.execute("DELETE FROM idempotency_keys WHERE key = $1", one)
    later = NOON + timedelta(days=2)
    again = await credit.post(connection, partner.tenant_id, later, items)
    assert [outcome.status for outcome in again] == ["replayed"] * 3
    assert [outcome.facts for outcome in again] == [outcome.facts for outcome in outcomes]


async def test_a_refund_that_left_with_its_archived_child_is_answered_as_it_was(
    connection: Connection, owner_connection: Connection
) -> None:
    """Two events follow the refund, and the balance is what they leave."""
    partner = await make_partner(connection, prepaid=100)
    child = await make_child(connection, partner, prepaid=50)
    job_id = await spend(connection, child, 40)
    assert child.partner_id is not None
    archive = organizations.ArchiveItem(child.organization_id, child.partner_id, SYSTEM, None)
    await organizations.archive(connection, child.tenant_id, NOON, [archive])
    key = str(uuid4())
    first = await post(connection, child, "refund", 40, job_id=job_id, idempotency=_record(key))
    assert (first.facts or {})["balance"] == 0
    later = NOON + timedelta(days=2)
    again = await post(
        connection, child, "refund", 40, job_id=job_id, now=later, idempotency=_record(key)
    )
    assert (again.status, again.facts) == ("replayed", first.facts)


async def test_a_refused_posting_is_not_remembered(connection: Connection) -> None:
    partner = await make_partner(connection)
    key = str(uuid4())
    outcome = await post(connection, partner, "adjustment", -5, idempotency=_record(key))
    assert refused(outcome)[0] == "BILLING_EXHAUSTED"
    await post(connection, partner, "grant", 5)
    outcome = await post(connection, partner, "adjustment", -5, idempotency=_record(key))
    assert outcome.status == "done"


async def test_a_batch_is_decided_in_order(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=10)
    items = [
        posting(partner, "adjustment", -11),
        posting(partner, "grant", 5),
        posting(partner, "adjustment", -11),
        posting(partner, "adjustment", -5),
    ]
    outcomes = await credit.post(connection, partner.tenant_id, NOON, items)
    assert [outcome.status for outcome in outcomes] == ["refused", "done", "done", "refused"]
    assert (await read(connection, partner)).balance == 4


@pytest.mark.parametrize("event_type", ["grant", "purchase", "adjustment"])
async def test_the_largest_balance_is_reached_and_never_exceeded(
    connection: Connection, event_type: str
) -> None:
    partner = await make_partner(connection, prepaid=1)
    assert refused(await post(connection, partner, event_type, LARGEST)) == (
        "VALIDATION",
        "out_of_range",
    )
    assert (await post(connection, partner, event_type, LARGEST - 1)).status == "done"
    assert refused(await post(connection, partner, event_type, 1)) == ("VALIDATION", "out_of_range")
    assert (await read(connection, partner)).balance == LARGEST
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_refund_that_would_exceed_the_largest_balance_is_refused(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=LARGEST)
    job_id = await spend(connection, partner, 10)
    await post(connection, partner, "grant", 10)
    outcome = await post(connection, partner, "refund", 1, job_id=job_id)
    assert refused(outcome) == ("VALIDATION", "out_of_range")
    await post(connection, partner, "adjustment", -1)
    assert (await post(connection, partner, "refund", 1, job_id=job_id)).status == "done"
    await assert_books_balance(connection, partner.tenant_id)


async def test_an_unknown_organization_is_not_found(connection: Connection) -> None:
    here, elsewhere = await make_partner(connection), await make_partner(connection)
    (outcome,) = await credit.post(
        connection, here.tenant_id, NOON, [posting(elsewhere, "grant", 5)]
    )
    assert refused(outcome) == ("NOT_FOUND", None)
    assert (await read(connection, elsewhere)).balance == 0


async def test_an_empty_batch_answers_nothing(connection: Connection) -> None:
    tenant_id = (await make_partner(connection)).tenant_id
    assert await credit.post(connection, tenant_id, NOON, []) == []
    assert await credit.allocate(connection, tenant_id, NOON, []) == []
    assert await credit.configure(connection, tenant_id, NOON, []) == []
    assert await credit.set_subscriptions(connection, tenant_id, NOON, []) == []
