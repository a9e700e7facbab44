"""Which endpoints an event is for, and what is said when nothing can be sent to one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid4

import pytest
from tests.support.endpoints import delete_endpoint, happen, make_endpoint, publish, set_status
from tests.support.tenants import NOON, Wallet, make_child, make_partner

from partner_api.events.store import Published

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

SECOND = timedelta(seconds=1)


class Family(NamedTuple):
    """A partner with two children."""

    partner: Wallet
    child: Wallet
    sibling: Wallet


@pytest.fixture
async def family(connection: Connection) -> Family:
    partner = await make_partner(connection)
    return Family(
        partner, await make_child(connection, partner), await make_child(connection, partner)
    )


@pytest.mark.parametrize(
    ("whose_endpoint", "scope", "whose_event", "is_for_it"),
    [
        ("partner", "own", "partner", True),
        ("partner", "own", "child", False),
        ("partner", "all_children", "partner", True),
        ("partner", "all_children", "child", True),
        ("child", "own", "child", True),
        ("child", "own", "partner", False),
        ("child", "own", "sibling", False),
    ],
)
async def test_the_scope_says_whose_events(
    connection: Connection,
    family: Family,
    whose_endpoint: str,
    scope: str,
    whose_event: str,
    *,
    is_for_it: bool,
) -> None:
    await make_endpoint(connection, getattr(family, whose_endpoint), scope=scope)
    await happen(connection, getattr(family, whose_event))
    assert await publish(connection, family.partner) == Published(1, int(is_for_it))


async def test_another_tenant_hears_nothing(connection: Connection, family: Family) -> None:
    stranger = await make_partner(connection)
    await make_endpoint(connection, stranger, scope="all_children")
    await happen(connection, family.child)
    assert await publish(connection, family.partner) == Published(1, 0)
    assert await publish(connection, stranger) == Published(0, 0)


@pytest.mark.parametrize(
    ("types", "is_for_it"),
    [
        (["*"], True),
        (["job.completed"], True),
        (["job.failed", "job.completed"], True),
        (["job.failed"], False),
        (["job"], False),
        (["job.completed.late"], False),
    ],
)
async def test_the_types_are_those_that_it_names(
    connection: Connection, types: list[str], *, is_for_it: bool
) -> None:
    partner = await make_partner(connection)
    await make_endpoint(connection, partner, types=types)
    await happen(connection, partner)
    assert await publish(connection, partner) == Published(1, int(is_for_it))


@pytest.mark.parametrize("of_project", ["same", "other", "none"])
async def test_one_with_a_project_gets_the_events_of_that_project(
    connection: Connection, of_project: str
) -> None:
    partner = await make_partner(connection)
    await make_endpoint(connection, partner, project_id=partner.project_id)
    data = {
        "same": {"projectId": f"prj_{partner.project_id}"},
        "other": {"projectId": f"prj_{uuid4()}"},
        "none": {},
    }[of_project]
    await happen(connection, partner, data=data)
    assert await publish(connection, partner) == Published(1, int(of_project == "same"))


async def test_a_deleted_one_gets_none(connection: Connection) -> None:
    partner = await make_partner(connection)
    endpoint = await make_endpoint(connection, partner)
    await delete_endpoint(connection, endpoint, NOON)
    await happen(connection, partner)
    assert await publish(connection, partner) == Published(1, 0)


@pytest.mark.parametrize(
    ("endpoint_status", "child_status", "partner_status", "reason"),
    [
        ("active", "active", "active", None),
        ("paused", "active", "active", "endpoint_paused"),
        ("auto_paused", "active", "active", "endpoint_auto_paused"),
        ("active", "suspended", "active", "organization_suspended"),
        ("active", "archived", "active", "organization_archived"),
        ("active", "active", "suspended", "organization_suspended"),
        ("active", "active", "archived", "organization_archived"),
        ("active", "archived", "suspended", "organization_archived"),
        ("active", "suspended", "archived", "organization_archived"),
        ("paused", "suspended", "active", "organization_suspended"),
        ("auto_paused", "archived", "active", "organization_archived"),
    ],
)
async def test_what_cannot_be_sent_is_abandoned_with_the_reason(
    connection: Connection,
    owner_connection: Connection,
    family: Family,
    endpoint_status: str,
    child_status: str,
    partner_status: str,
    reason: str | None,
) -> None:
    endpoint = await make_endpoint(connection, family.child, status=endpoint_status)
    await _set_organization(owner_connection, family.child, child_status)
    await _set_organization(owner_connection, family.partner, partner_status)
    await happen(connection, family.child)
    assert await publish(connection, family.partner, NOON + SECOND) == Published(1, 1)
    delivery = await connection.fetchrow(
        """
        SELECT d.status, d.abandoned_reason, d.abandoned_at, d.next_attempt_at, q.next_due_at
          FROM webhook_deliveries d
          JOIN webhook_queues q ON q.tenant_id = d.tenant_id AND q.endpoint_id = d.endpoint_id
         WHERE d.tenant_id = $1 AND d.endpoint_id = $2
        """,
        endpoint.tenant_id,
        endpoint.id,
    )
    assert delivery is not None
    expected = (
        ("pending", None, None, NOON + SECOND, NOON + SECOND)
        if reason is None
        else ("abandoned", reason, NOON + SECOND, None, None)
    )
    assert tuple(delivery.values()) == expected


async def test_a_partner_hears_of_a_child_that_is_suspended(
    connection: Connection, owner_connection: Connection, family: Family
) -> None:
    """It is the receiver's organization that counts, not the one that the event is of."""
    endpoint = await make_endpoint(connection, family.partner, scope="all_children")
    await _set_organization(owner_connection, family.child, "suspended")
    await happen(connection, family.child, event_type="organization.suspended")
    await publish(connection, family.partner)
    status = await connection.fetchval(
        "SELECT status FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2",
        endpoint.tenant_id,
        endpoint.id,
    )
    assert status == "pending"


async def test_an_event_is_for_each_of_several_once(connection: Connection, family: Family) -> None:
    ids: list[UUID] = [
        (await make_endpoint(connection, family.child)).id,
        (await make_endpoint(connection, family.child, types=["job.completed"])).id,
        (await make_endpoint(connection, family.partner, scope="all_children")).id,
    ]
    paused = await make_endpoint(connection, family.child)
    await set_status(connection, paused, "paused")
    await happen(connection, family.child, count=2)
    assert await publish(connection, family.partner) == Published(2, 8)
    rows = await connection.fetch(
        """
        SELECT endpoint_id, count(*) AS deliveries, count(DISTINCT event_id) AS events
          FROM webhook_deliveries WHERE tenant_id = $1 GROUP BY endpoint_id
        """,
        family.partner.tenant_id,
    )
    assert {tuple(row.values()) for row in rows} == {
        (endpoint_id, 2, 2) for endpoint_id in (*ids, paused.id)
    }


async def _set_organization(owner: Connection, wallet: Wallet, status: str) -> None:
    await owner.execute(
        """
        UPDATE organizations
           SET status = $3::text, archived_at = CASE WHEN $3::text = 'archived' THEN created_at END,
               reclaimed_credits = CASE WHEN $3::text = 'archived' THEN 0 END,
               revoked_api_keys = CASE WHEN $3::text = 'archived' THEN 0 END,
               released_leased_accounts = CASE WHEN $3::text = 'archived' THEN 0 END
         WHERE tenant_id = $1 AND id = $2
        """,
        wallet.tenant_id,
        wallet.organization_id,
        status,
    )
