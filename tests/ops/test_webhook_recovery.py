"""What operators send again, and to whom nothing is sent; endpoints by how long they have failed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.ops.webhooks import PATH, deliveries_of, fail, listed, path_of
from tests.support.answers import granted, issues, refused
from tests.support.installation import ago, now, org_id
from tests.support.webhooks import add_delivery, add_endpoint

from partner_api.clock import format_milliseconds

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
SINCE = {"since": format_milliseconds(ago(days=1))}


async def test_what_was_given_up_is_sent_again_once_and_audited(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    endpoint_id = await add_endpoint(installation, family.child)
    lost = await add_delivery(installation, family.child, endpoint_id, "abandoned")
    await add_delivery(installation, family.child, endpoint_id, "delivered")
    path = f"{path_of(endpoint_id)}/recover"
    once = {**operator, "Idempotency-Key": str(uuid4())}
    done = granted(await api.post(path, json=SINCE, headers=once))
    assert done == {"deliveries": 1, "hasMore": False}
    assert granted(await api.post(path, json=SINCE, headers=once)) == done
    items = granted(await api.get(deliveries_of(endpoint_id), headers=operator))["items"]
    (event_id,) = {item["eventId"] for item in items if item["id"] == str(lost)}
    assert len([item for item in items if item["eventId"] == event_id]) == 2
    # Nobody answers there, so the new one may have to be sent again by now; but it is no third one.
    granted(await api.post(path, json=SINCE, headers=operator))
    items = granted(await api.get(deliveries_of(endpoint_id), headers=operator))["items"]
    assert len(items) == 3
    page = granted(await api.get("/v1/audit-log", headers=family.child_key.headers))
    audited = [one for one in page["items"] if one["eventType"] == "webhook_endpoint.recovered"]
    assert [one["actor"] for one in audited] == ["operator"] * 2
    assert audited[-1]["data"]["deliveries"] == 1
    assert audited[0]["data"]["operator"]


async def test_what_cannot_be_recovered(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    endpoint_id = await add_endpoint(installation, family.partner)
    path = f"{path_of(endpoint_id)}/recover"
    long_ago = {"since": format_milliseconds(ago(days=31))}
    assert list(issues(await api.post(path, json=long_ago, headers=operator))) == ["since"]
    backwards = {**SINCE, "until": format_milliseconds(ago(days=2))}
    assert list(issues(await api.post(path, json=backwards, headers=operator))) == ["until"]
    missing = await api.post(f"{path_of(MISSING)}/recover", json=SINCE, headers=operator)
    refused(missing, "NOT_FOUND")
    await fail(installation, family.partner, endpoint_id, now(), paused="failures")
    paused = await api.post(path, json=SINCE, headers=operator)
    assert refused(paused, "CONFLICT") == {"status": "auto_paused"}
    for role in ("viewer", "finance", "worker"):
        headers = await installation.operator(role)
        response = await api.post(path, json=SINCE, headers=headers)
        assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "operator"}


@pytest.mark.parametrize(
    ("whose", "status"), [("child", "suspended"), ("child", "archived"), ("partner", "suspended")]
)
async def test_nothing_is_sent_again_while_the_organization_or_its_partner_is_not_active(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    operator: dict[str, str],
    whose: str,
    status: str,
) -> None:
    """It would be accepted and then given up, with nobody told."""
    endpoint_id = await add_endpoint(installation, family.child)
    delivery_id = await add_delivery(installation, family.child, endpoint_id, "abandoned")
    stopped = family.child if whose == "child" else family.partner
    await installation.set_status(stopped, status)
    endpoint = granted(await api.get(path_of(endpoint_id), headers=operator))
    assert (endpoint["status"], endpoint["organizationStatus"]) == ("active", status)
    reason = {"reason": f"organization_{status}"}
    replay = f"{deliveries_of(endpoint_id)}/{delivery_id}/replay"
    response = await api.post(replay, headers=operator)
    assert refused(response, "CONFLICT") == reason
    assert status in response.json()["error"]["message"]
    response = await api.post(f"{path_of(endpoint_id)}/recover", json=SINCE, headers=operator)
    assert refused(response, "CONFLICT") == reason
    items = granted(await api.get(deliveries_of(endpoint_id), headers=operator))["items"]
    assert [item["id"] for item in items] == [str(delivery_id)]
    if whose == "child":
        # Its partner gets the same by the header, from the edge.
        response = await api.post(
            f"/v1/webhook-deliveries/{delivery_id}/replay",
            headers=family.partner_key.acting_for(family.child),
        )
        assert refused(response, "KILL_SWITCH") == {"scope": "organization"}


async def test_those_that_fail_the_longest_failing_first(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    wallet = family.partner
    made = [str(await add_endpoint(installation, wallet)) for _ in range(5)]
    # In another order than they were made.
    for endpoint_id, hours in zip(made, (1, 31, 5, 30), strict=False):
        await fail(installation, wallet, endpoint_id, now() - timedelta(hours=hours))
    await fail(installation, wallet, made[2], now() - timedelta(hours=5), paused="failures")
    expected = [made[1], made[3], made[2], made[0]]

    async def found(**params: Any) -> list[str]:
        params["sort"] = "failingSince"
        return [item["id"] for item in await listed(api, operator, wallet, **params)]

    assert await found() == expected
    assert await found(limit="1") == expected
    assert await found(status="auto_paused") == [made[2]]
    assert await found(failing="true") == expected
    everywhere = await listed(api, operator, None, sort="failingSince", limit="200")
    times = [item["failingSince"] for item in everywhere]
    assert times == sorted(times)
    assert set(made[:4]) <= {item["id"] for item in everywhere}
    assert made[4] not in {item["id"] for item in everywhere}
    assert list(issues(await api.get(PATH, headers=operator, params={"sort": "url"}))) == ["sort"]
    first = granted(
        await api.get(
            PATH,
            headers=operator,
            params={"sort": "failingSince", "limit": "1", "organizationId": org_id(wallet)},
        )
    )
    other = {"cursor": first["nextCursor"], "organizationId": org_id(wallet)}
    assert list(issues(await api.get(PATH, headers=operator, params=other))) == ["cursor"]
