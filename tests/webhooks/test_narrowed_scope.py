"""An endpoint that got the events of all children and gets those of its organization alone: what is left of the others.

Keys that may not act for children may change such an endpoint, so nothing of a child's may reach it or them any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest_asyncio
from tests.support.answers import granted, refused
from tests.support.endpoints import claim
from tests.support.installation import ago, now
from tests.support.webhooks import URL, add_delivery, add_endpoint

from partner_api.clock import format_milliseconds

if TYPE_CHECKING:
    from tests.support.installation import Family, Key
    from tests.support.quiet import Quiet

PATH = "/v1/webhook-endpoints"
ADMIN = {"requiredScope": "org:admin"}


@pytest_asyncio.fixture
async def endpoint_id(quiet: Quiet, quiet_family: Family) -> UUID:
    """An endpoint of the partner that is not of all children any more."""
    made = await add_endpoint(quiet.installation, quiet_family.partner, scope="all_children")
    path = f"{PATH}/{made}"
    granted(
        await quiet.api.patch(path, json={"scope": "own"}, headers=quiet_family.partner_key.headers)
    )
    return made


@pytest_asyncio.fixture
async def operator(quiet: Quiet) -> dict[str, str]:
    """What authenticates an operator."""
    return await quiet.installation.operator()


@pytest_asyncio.fixture
async def key(quiet: Quiet, quiet_family: Family) -> Key:
    """A key of the partner that may do everything but act for children."""
    return await quiet.installation.key(quiet_family.partner, "*")


async def sent(
    quiet: Quiet, quiet_family: Family, endpoint_id: UUID, status: str, **columns: Any
) -> tuple[str, str]:
    """Two deliveries in this state: of an event of the partner's, and of one of the child's."""
    of_child = {**columns, "organization_id": quiet_family.child.organization_id}
    return (
        str(
            await add_delivery(
                quiet.installation, quiet_family.partner, endpoint_id, status, **columns
            )
        ),
        str(
            await add_delivery(
                quiet.installation, quiet_family.partner, endpoint_id, status, **of_child
            )
        ),
    )


async def test_deliveries_of_children_are_for_org_admin_still(
    quiet: Quiet,
    quiet_family: Family,
    endpoint_id: UUID,
    key: Key,
) -> None:
    own, of_child = await sent(quiet, quiet_family, endpoint_id, "delivered")
    path = f"{PATH}/{endpoint_id}/deliveries"
    page = granted(await quiet.api.get(path, headers=key.headers))
    assert [item["id"] for item in page["items"]] == [own]
    page = granted(await quiet.api.get(path, headers=quiet_family.partner_key.headers))
    assert {item["id"] for item in page["items"]} == {of_child, own}
    path = "/v1/webhook-deliveries"
    granted(await quiet.api.get(f"{path}/{own}", headers=key.headers))
    response = await quiet.api.get(f"{path}/{of_child}", headers=key.headers)
    assert refused(response, "FORBIDDEN_SCOPE") == ADMIN
    granted(await quiet.api.get(f"{path}/{of_child}", headers=quiet_family.partner_key.headers))


async def test_what_was_a_child_s_is_not_sent_to_it_again(
    quiet: Quiet,
    quiet_family: Family,
    operator: dict[str, str],
    endpoint_id: UUID,
    key: Key,
) -> None:
    own, of_child = await sent(quiet, quiet_family, endpoint_id, "abandoned")
    path = f"/v1/webhook-deliveries/{of_child}/replay"
    response = await quiet.api.post(path, headers=key.headers)
    assert refused(response, "FORBIDDEN_SCOPE") == ADMIN
    out_of_scope = {"reason": "out_of_scope"}
    response = await quiet.api.post(path, headers=quiet_family.partner_key.headers)
    assert refused(response, "CONFLICT") == out_of_scope
    path = f"/ops/v1/webhook-endpoints/{endpoint_id}/deliveries/{of_child}/replay"
    assert refused(await quiet.api.post(path, headers=operator), "CONFLICT") == out_of_scope
    granted(await quiet.api.patch(f"{PATH}/{endpoint_id}", json={"url": URL}, headers=key.headers))
    body = {"since": format_milliseconds(ago(hours=1))}
    for headers in (key.headers, quiet_family.partner_key.headers):
        path = f"{PATH}/{endpoint_id}/recover"
        recovered = granted(await quiet.api.post(path, json=body, headers=headers))
        assert recovered["deliveries"] == (1 if headers == key.headers else 0), recovered
    # Once it gets them again, they are not lost.
    path = f"{PATH}/{endpoint_id}"
    wide = {"scope": "all_children"}
    granted(await quiet.api.patch(path, json=wide, headers=quiet_family.partner_key.headers))
    recovered = granted(
        await quiet.api.post(f"{path}/recover", json=body, headers=quiet_family.partner_key.headers)
    )
    assert recovered["deliveries"] == 1
    assert own != of_child


async def test_what_waits_of_a_child_s_is_abandoned(
    quiet: Quiet, quiet_family: Family, endpoint_id: UUID
) -> None:
    own, of_child = await sent(
        quiet, quiet_family, endpoint_id, "failed", next_attempt_at=ago(hours=1)
    )
    wallet = quiet_family.partner
    async with quiet.installation.owner.acquire() as connection:
        await connection.execute(
            "UPDATE webhook_queues SET next_due_at = $3 WHERE tenant_id = $1 AND endpoint_id = $2",
            wallet.tenant_id,
            endpoint_id,
            ago(hours=1),
        )
        claimed = await claim(connection, now(), tenant_id=wallet.tenant_id)
        rows = await connection.fetch(
            "SELECT id, status, abandoned_reason FROM webhook_deliveries WHERE endpoint_id = $1",
            endpoint_id,
        )
    assert own in {str(delivery.id) for delivery in claimed}
    assert {str(row["id"]): (row["status"], row["abandoned_reason"]) for row in rows} == {
        own: ("delivering", None),
        of_child: ("abandoned", "out_of_scope"),
    }
