"""Moving prepaid credits from a partner to its children: what may move, what it leaves, and that it happens once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.support.invariants import assert_books_balance
from tests.support.operations import (
    allocate,
    audit,
    configure,
    events,
    post,
    read,
    refused,
    settle,
    started,
    subscribe,
)
from tests.support.tenants import NOON, allocation, make_child, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Idempotency

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

LARGEST = 2**53 - 1


def _keyed(
    child: Wallet, credits: int, key: str, fingerprint: bytes = b"f"
) -> credit.CreditAllocation:
    assert child.partner_id is not None
    record = Idempotency(child.tenant_id, child.partner_id, "POST", "/allocate", key, fingerprint)
    return allocation(child, credits)._replace(idempotency=record)


async def _send(
    connection: Connection, *items: credit.CreditAllocation, tenant: Wallet, now: datetime = NOON
) -> list[Outcome]:
    return await credit.allocate(connection, tenant.tenant_id, now, items)


async def test_prepaid_moves_and_leaves_one_row_on_each_side(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1000)
    child = await make_child(connection, partner)
    item = allocation(child, 300)._replace(
        description="March top-up",
        metadata={"invoice": "17", "direction": "sideways", "counterpartyOrgId": "nobody"},
    )
    (outcome,) = await _send(connection, item, tenant=partner)

    assert outcome.status == "done"
    assert outcome.facts is not None
    assert outcome.facts["id"] == str(item.transfer_id)
    assert outcome.facts["organization_id"] == str(child.organization_id)
    assert (outcome.facts["allocated"], outcome.facts["description"]) == (300, "March top-up")
    assert (outcome.facts["balance"], outcome.facts["available"]) == (300, 300)
    assert (await read(connection, partner)).prepaid == 700
    assert (await read(connection, child)).prepaid == 300

    out, into = (await events(connection, partner))[-1], (await events(connection, child))[-1]
    assert (out["event_type"], out["prepaid_delta"], out["included_delta"]) == (
        "allocation",
        -300,
        0,
    )
    assert (into["event_type"], into["prepaid_delta"]) == ("allocation", 300)
    assert out["transfer_id"] == into["transfer_id"] == item.transfer_id
    assert out["metadata"] == {
        "invoice": "17",
        "direction": "out",
        "counterpartyOrgId": f"org_{child.organization_id}",
    }
    assert into["metadata"] == {
        "invoice": "17",
        "direction": "in",
        "counterpartyOrgId": f"org_{partner.organization_id}",
    }
    assert out["description"] == into["description"] == "March top-up"
    (row,) = await audit(connection, partner, "credits.allocated")
    assert row["organization_id"] == partner.organization_id
    await assert_books_balance(connection, partner.tenant_id)


async def test_only_prepaid_moves_never_the_allotment(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    await subscribe(connection, partner, 1000)
    child = await make_child(connection, partner)
    outcome = await allocate(connection, child, 101)
    assert refused(outcome) == ("BILLING_EXHAUSTED", "insufficient_prepaid")
    assert (outcome.facts or {})["required"] == 101
    assert (outcome.facts or {})["available"] == 100
    assert (await allocate(connection, child, 100)).status == "done"
    assert (await read(connection, partner)).balance == 1000


async def test_what_reservations_need_does_not_move(connection: Connection) -> None:
    """Spendable is min(prepaid, available): the allotment covers reservations first."""
    partner = await make_partner(connection, prepaid=500)
    await subscribe(connection, partner, 100)
    child = await make_child(connection, partner)
    await started(connection, partner, 350)
    assert refused(await allocate(connection, child, 251))[1] == "insufficient_prepaid"
    assert (await allocate(connection, child, 250)).status == "done"
    assert (await read(connection, partner)).available == 0
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_batch_is_decided_in_order(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    one, two = [await make_child(connection, partner) for _ in range(2)]
    items = [allocation(one, 120), allocation(two, 50), allocation(one, 60), allocation(one, 50)]
    outcomes = await _send(connection, *items, tenant=partner)
    assert [outcome.status for outcome in outcomes] == ["refused", "done", "refused", "done"]
    assert (await read(connection, one)).balance == 50
    assert (await read(connection, two)).balance == 50
    await assert_books_balance(connection, partner.tenant_id)


async def test_only_direct_children_of_the_partner_receive(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    child = await make_child(connection, partner)
    elsewhere = await make_child(connection, await make_partner(connection))
    strangers = [
        allocation(elsewhere, 10),
        allocation(child, 10)._replace(organization_id=uuid4()),
        allocation(child, 10)._replace(organization_id=partner.organization_id),
        allocation(child, 10)._replace(partner_id=child.organization_id),
    ]
    for outcome in await _send(connection, *strangers, tenant=partner):
        assert refused(outcome) == ("NOT_FOUND", None)
    assert (await read(connection, partner)).balance == 100


async def test_a_key_moves_credits_once(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1000)
    child = await make_child(connection, partner)
    (first,) = await _send(connection, _keyed(child, 300, "a"), tenant=partner)
    await started(connection, child, 100)
    (again,) = await _send(connection, _keyed(child, 300, "a"), tenant=partner)
    assert again.status == "replayed"
    assert again.facts == first.facts
    assert (await read(connection, child)).balance == 300


@pytest.mark.parametrize("later", [timedelta(hours=25), timedelta(days=400)])
async def test_a_key_is_remembered_for_ever(connection: Connection, later: timedelta) -> None:
    """The idempotency record lasts a day; the transfer itself remembers its key beyond that."""
    partner = await make_partner(connection, prepaid=1000)
    child = await make_child(connection, partner)
    (first,) = await _send(connection, _keyed(child, 300, "a"), tenant=partner)
    now = NOON + later
    (again,) = await _send(connection, _keyed(child, 300, "a"), tenant=partner, now=now)
    assert (again.status, again.facts) == ("replayed", first.facts)
    (other,) = await _send(connection, _keyed(child, 400, "a", b"g"), tenant=partner, now=now)
    assert refused(other) == ("IDEMPOTENCY_CONFLICT", None)
    assert (await read(connection, child, now)).balance == 300


async def test_a_lost_idempotency_record_moves_nothing_twice(
    connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=1000)
    child = await make_child(connection, partner)
    (first,) = await _send(connection, _keyed(child, 300, "a"), tenant=partner)
    await owner_connection.execute(
        "DELETE FROM idempotency_keys WHERE tenant_id = $1", partner.tenant_id
    )
    (again,) = await _send(connection, _keyed(child, 300, "a"), tenant=partner)
    assert (again.status, again.facts) == ("replayed", first.facts)


async def test_the_same_key_with_another_request_is_a_conflict(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1000)
    child, sibling = [await make_child(connection, partner) for _ in range(2)]
    await _send(connection, _keyed(child, 300, "a"), tenant=partner)
    (outcome,) = await _send(connection, _keyed(sibling, 300, "a", b"other"), tenant=partner)
    assert refused(outcome) == ("IDEMPOTENCY_CONFLICT", None)
    assert (await read(connection, sibling)).balance == 0


async def test_a_key_twice_in_one_batch_moves_once(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1000)
    child = await make_child(connection, partner)
    items = [_keyed(child, 300, "a"), _keyed(child, 300, "a"), _keyed(child, 300, "b")]
    outcomes = await _send(connection, *items, tenant=partner)
    assert [outcome.status for outcome in outcomes] == ["done", "replayed", "done"]
    assert (await read(connection, child)).balance == 600


async def test_a_refusal_is_not_remembered(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=10)
    child = await make_child(connection, partner)
    (outcome,) = await _send(connection, _keyed(child, 300, "a"), tenant=partner)
    assert refused(outcome)[0] == "BILLING_EXHAUSTED"
    await post(connection, partner, "purchase", 290)
    (outcome,) = await _send(connection, _keyed(child, 300, "a"), tenant=partner)
    assert outcome.status == "done"


async def test_keys_belong_to_the_caller(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1000)
    child = await make_child(connection, partner)
    for caller_id in (uuid4(), uuid4()):
        item = _keyed(child, 100, "a")
        assert item.idempotency is not None
        item = item._replace(idempotency=item.idempotency._replace(caller_id=caller_id))
        (outcome,) = await _send(connection, item, tenant=partner)
        assert outcome.status == "done"
    assert (await read(connection, child)).balance == 200


async def test_the_largest_balance_moves_and_one_more_is_refused(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=LARGEST)
    child = await make_child(connection, partner)
    assert (await allocate(connection, child, LARGEST)).status == "done"
    await post(connection, partner, "grant", 5)
    assert refused(await allocate(connection, child, 1)) == ("VALIDATION", "out_of_range")
    assert (await read(connection, child)).balance == LARGEST
    assert (await read(connection, partner)).balance == 5
    await assert_books_balance(connection, partner.tenant_id)


async def test_the_configuration_is_patched_key_by_key(connection: Connection) -> None:
    partner = await make_partner(connection)
    child = await make_child(connection, partner)
    outcome = await configure(
        connection, child, monthly_credit_cap=500, refill_threshold=0, refill_amount=10
    )
    assert (outcome.facts or {})["config"] == {
        "monthly_credit_cap": 500,
        "refill_threshold": 0,
        "refill_amount": 10,
        "auto_refill_enabled": True,
    }
    outcome = await configure(connection, child, monthly_credit_cap=None)
    assert (outcome.facts or {})["config"] == {
        "monthly_credit_cap": None,
        "refill_threshold": 0,
        "refill_amount": 10,
        "auto_refill_enabled": True,
    }
    outcome = await configure(connection, child)
    assert outcome.status == "done"
    wallet = await read(connection, child)
    assert (wallet.refill_threshold, wallet.refill_amount) == (0, 10)
    outcome = await configure(connection, child, refill_threshold=None, refill_amount=None)
    assert (outcome.facts or {})["config"] == {
        "monthly_credit_cap": None,
        "refill_threshold": None,
        "refill_amount": None,
        "auto_refill_enabled": False,
    }


@pytest.mark.parametrize("enabled", [True, False])
async def test_the_switch_that_a_server_of_the_previous_release_takes_changes_nothing(
    connection: Connection, enabled: bool
) -> None:
    child = await make_child(connection, await make_partner(connection))
    outcome = await configure(
        connection, child, refill_threshold=1, refill_amount=10, auto_refill_enabled=enabled
    )
    assert outcome.code == "VALIDATION"
    assert outcome.facts == {"reason": "unknown_field", "field": "auto_refill_enabled"}
    wallet = await read(connection, child)
    assert (wallet.refill_threshold, wallet.auto_refill_enabled) == (None, False)


@pytest.mark.parametrize(
    "patch",
    [
        {"refill_threshold": 5},
        {"refill_amount": 5},
        {"refill_threshold": 5, "refill_amount": None},
    ],
)
async def test_threshold_and_amount_are_both_set_or_both_null(
    connection: Connection, patch: dict[str, Any]
) -> None:
    child = await make_child(connection, await make_partner(connection))
    assert refused(await configure(connection, child, **patch))[0] == "VALIDATION"
    await configure(connection, child, refill_threshold=1, refill_amount=2)
    assert refused(await configure(connection, child, refill_amount=None))[0] == "VALIDATION"
    wallet = await read(connection, child)
    assert (wallet.refill_threshold, wallet.refill_amount) == (1, 2)
    assert (
        await configure(connection, child, refill_threshold=None, refill_amount=None)
    ).status == "done"


async def test_only_a_direct_child_is_configured(connection: Connection) -> None:
    partner = await make_partner(connection)
    child = await make_child(connection, partner)
    stranger = (await make_child(connection, await make_partner(connection))).organization_id
    for organization_id in (stranger, partner.organization_id, uuid4()):
        item = credit.CreditConfiguration(
            organization_id, partner.organization_id, {"monthly_credit_cap": 1}, SYSTEM, None
        )
        (outcome,) = await credit.configure(connection, child.tenant_id, NOON, [item])
        assert refused(outcome) == ("NOT_FOUND", None)
    assert (await read(connection, partner)).monthly_credit_cap is None


async def test_an_allocated_credit_is_spent_like_any_other(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    child = await make_child(connection, partner, prepaid=100)
    job_id = await started(connection, child, 80)
    await settle(connection, child, job_id, 55)
    wallet = await read(connection, child)
    assert (wallet.prepaid, wallet.reserved, wallet.used_this_period) == (45, 0, 55)
    usage = (await events(connection, child))[-1]
    assert isinstance(usage["container_id"], UUID)
    assert (usage["job_id"], usage["project_id"]) == (job_id, child.project_id)
    assert (usage["format"], usage["prepaid_delta"]) == ("video_remix", -55)
