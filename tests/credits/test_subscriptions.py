"""What setting a subscription does at once, what it does from the next period, and that nothing is granted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.invariants import assert_books_balance
from tests.support.operations import (
    events,
    post,
    read,
    refused,
    settle,
    spend,
    started,
    stored,
    subscribe,
    subscription,
)
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.credits import store as credit

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

JULY_15 = datetime(2026, 7, 15, tzinfo=UTC)
LARGEST = 2**53 - 1


async def test_an_organization_without_a_subscription_is_free_and_active(
    connection: Connection,
) -> None:
    wallet = await stored(connection, await make_partner(connection))
    assert (wallet["subscription_tier"], wallet["billing_status"]) == ("free", "active")
    assert (wallet["included_credits"], wallet["included_this_period"]) == (0, 0)
    assert wallet["subscription_started_on"] is None


async def test_a_subscription_starts_today_with_its_allotment(connection: Connection) -> None:
    partner = await make_partner(connection)
    later = NOON + timedelta(days=9)
    outcome = await subscribe(connection, partner, 1000, now=later, tier="scale")
    assert outcome.facts is not None
    assert (outcome.facts["balance"], outcome.facts["available"]) == (1000, 1000)
    assert outcome.facts["subscription"]["tier"] == "scale"

    wallet = await read(connection, partner, later)
    assert (wallet.included_this_period, wallet.included_remaining) == (1000, 1000)
    assert wallet.period_start == datetime(2026, 6, 24, tzinfo=UTC)
    assert wallet.period_end == datetime(2026, 7, 24, tzinfo=UTC)
    (grant,) = await events(connection, partner)
    assert (grant["event_type"], grant["included_delta"]) == ("grant", 1000)


async def test_equal_values_change_nothing(connection: Connection) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 1000)
    await spend(connection, partner, 300)
    before = (await read(connection, partner), await events(connection, partner))
    later = NOON + timedelta(days=3)
    for started_on in (None, NOON.date()):
        outcome = await subscribe(connection, partner, 1000, now=later, started_on=started_on)
        assert outcome.status == "done"
    assert (await read(connection, partner), await events(connection, partner)) == before


async def test_more_credits_apply_at_once_fewer_from_the_next_period(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 100)
    await spend(connection, partner, 80)
    await subscribe(connection, partner, 150)
    wallet = await read(connection, partner)
    assert (wallet.included_this_period, wallet.included_remaining) == (150, 70)

    await subscribe(connection, partner, 40)
    wallet = await read(connection, partner)
    assert (wallet.included_this_period, wallet.included_remaining) == (150, 70)
    wallet = await read(connection, partner, JULY_15)
    assert (wallet.included_this_period, wallet.included_remaining) == (40, 40)


async def test_lowering_and_raising_again_grants_nothing_twice(connection: Connection) -> None:
    partner = await make_partner(connection)
    for included in (500, 0, 500, 200, 500, 700, 100, 700):
        await subscribe(connection, partner, included)
    granted = [event["included_delta"] for event in await events(connection, partner)]
    assert granted == [500, 200]
    assert (await read(connection, partner)).included_this_period == 700


@pytest.mark.parametrize("detour", ["past_due", "canceled"])
async def test_leaving_active_and_coming_back_grants_nothing_twice(
    connection: Connection, detour: str
) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 500)
    await spend(connection, partner, 500)
    for _ in range(3):
        await subscribe(connection, partner, 500, billing_status=detour)
        await subscribe(connection, partner, 500)
    assert (await read(connection, partner)).balance == 0


@pytest.mark.parametrize("detour", ["past_due", "canceled"])
async def test_becoming_active_grants_at_once_when_the_period_had_none(
    connection: Connection, detour: str
) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 500)
    await subscribe(connection, partner, 500, billing_status=detour)
    assert (await read(connection, partner, JULY_15)).balance == 0

    await subscribe(connection, partner, 500, now=JULY_15)
    wallet = await read(connection, partner, JULY_15)
    assert (wallet.included_this_period, wallet.included_remaining) == (500, 500)
    await subscribe(connection, partner, 500, now=JULY_15, billing_status=detour)
    await subscribe(connection, partner, 500, now=JULY_15)
    assert (await read(connection, partner, JULY_15)).balance == 500


async def test_raising_while_past_due_grants_only_when_active_again(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 100)
    await subscribe(connection, partner, 400, billing_status="past_due")
    assert (await read(connection, partner)).balance == 100
    await subscribe(connection, partner, 400)
    assert (await read(connection, partner)).balance == 400


async def test_a_change_of_tier_alone_moves_no_credits(connection: Connection) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 100, tier="starter")
    await subscribe(connection, partner, 100, tier="enterprise")
    assert (await read(connection, partner)).subscription_tier == "enterprise"
    assert len(await events(connection, partner)) == 1


async def test_moving_the_start_ends_the_current_period_now(connection: Connection) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 100)
    await spend(connection, partner, 30)
    now = NOON + timedelta(days=10)
    await subscribe(connection, partner, 100, now=now, started_on=date(2026, 4, 20))

    wallet = await read(connection, partner, now)
    assert wallet.period_start == datetime(2026, 6, 20, tzinfo=UTC)
    assert wallet.period_end == datetime(2026, 7, 20, tzinfo=UTC)
    assert (wallet.included_this_period, wallet.included_remaining) == (100, 100)
    assert wallet.used_this_period == 0
    lapse, grant = (await events(connection, partner))[-2:]
    assert (lapse["reason"], lapse["included_delta"]) == ("period_lapse", -70)
    assert (grant["reason"], grant["included_delta"]) == ("period_allotment", 100)
    assert lapse["created_at"] == grant["created_at"] == now


async def test_a_new_period_that_began_before_now_counts_what_settled_since_then(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=500)
    await spend(connection, partner, 10, now=NOON)
    await spend(connection, partner, 20, now=NOON + timedelta(days=6))
    await spend(connection, partner, 40, now=NOON + timedelta(days=9))
    now = NOON + timedelta(days=10)
    await subscribe(connection, partner, 100, now=now, started_on=date(2026, 6, 20))
    assert (await read(connection, partner, now)).used_this_period == 60
    await assert_books_balance(connection, partner.tenant_id)


async def test_the_rows_of_a_moved_start_tell_the_usage_of_the_new_period(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=500)
    await subscribe(connection, partner, 100)
    now = NOON + timedelta(days=6)
    await spend(connection, partner, 20, now=now)
    await subscribe(connection, partner, 100, now=now, started_on=date(2026, 6, 20))
    lapse, grant = (await events(connection, partner))[-2:]
    assert (lapse["usage_after"], grant["usage_after"]) == (20, 20)


async def test_moving_the_start_leaves_reserved_work_paid(connection: Connection) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 500)
    job_id = await started(connection, partner, 450, days=2)
    now = NOON + timedelta(days=1)
    outcome = await subscribe(connection, partner, 100, now=now, started_on=date(2026, 6, 1))
    assert outcome.status == "done"
    wallet = await read(connection, partner, now)
    assert (wallet.included_this_period, wallet.available) == (450, 0)
    assert (await settle(connection, partner, job_id, 450, now=now)).status == "done"
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_start_in_the_future_is_refused(connection: Connection) -> None:
    partner = await make_partner(connection)
    tomorrow = NOON.date() + timedelta(days=1)
    outcome = await subscribe(connection, partner, 100, started_on=tomorrow)
    assert refused(outcome)[0] == "VALIDATION"
    assert (await read(connection, partner)).subscription_tier == "free"


async def test_a_start_that_a_faster_node_set_is_not_in_the_future_for_a_slower_one(
    connection: Connection,
) -> None:
    """The slower node's day has not begun yet; it was not asked to move the start."""
    partner = await make_partner(connection)
    midnight = datetime(2026, 6, 16, tzinfo=UTC)
    await subscribe(connection, partner, 100, now=midnight + timedelta(seconds=1))
    slow = midnight - timedelta(seconds=1)
    assert (await subscribe(connection, partner, 200, now=slow)).status == "done"
    assert (await read(connection, partner, slow)).balance == 200


async def test_a_subscription_belongs_to_a_child_as_well(connection: Connection) -> None:
    partner = await make_partner(connection)
    child = await make_child(connection, partner)
    await subscribe(connection, child, 600)
    assert (await read(connection, child)).included_remaining == 600
    assert (await read(connection, partner)).included_remaining == 0


async def test_a_batch_is_decided_in_order(connection: Connection) -> None:
    partner = await make_partner(connection)
    items = [subscription(partner, credits) for credits in (100, 300, 200)]
    outcomes = await credit.set_subscriptions(connection, partner.tenant_id, NOON, items)
    assert [(outcome.facts or {})["balance"] for outcome in outcomes] == [100, 300, 300]
    assert (await stored(connection, partner))["included_credits"] == 200


async def test_the_largest_allotment_fits_and_nothing_beyond(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1)
    assert refused(await subscribe(connection, partner, LARGEST)) == ("VALIDATION", "out_of_range")
    assert (await subscribe(connection, partner, LARGEST - 1)).status == "done"
    wallet = await read(connection, partner)
    assert wallet.balance == LARGEST
    assert refused(await post(connection, partner, "purchase", 1)) == ("VALIDATION", "out_of_range")
    assert (await read(connection, partner, JULY_15)).balance == LARGEST
    await assert_books_balance(connection, partner.tenant_id)


async def test_raising_on_top_of_carried_credits_never_exceeds_the_largest_balance(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 1000)
    await started(connection, partner, 1000)
    await subscribe(connection, partner, 10)
    assert (await read(connection, partner, JULY_15)).included_this_period == 1000
    outcome = await subscribe(connection, partner, LARGEST, now=JULY_15)
    assert refused(outcome) == ("VALIDATION", "out_of_range")
    assert (await subscribe(connection, partner, LARGEST - 990, now=JULY_15)).status == "done"
    assert (await read(connection, partner, JULY_15)).balance == LARGEST
    await assert_books_balance(connection, partner.tenant_id)


async def test_an_unknown_organization_is_not_found(connection: Connection) -> None:
    here, elsewhere = await make_partner(connection), await make_partner(connection)
    stranger = subscription(elsewhere, 100)
    (outcome,) = await credit.set_subscriptions(connection, here.tenant_id, NOON, [stranger])
    assert refused(outcome) == ("NOT_FOUND", None)
