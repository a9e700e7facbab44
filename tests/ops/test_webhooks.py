"""`/ops/v1/webhook-endpoints`: endpoints of all partners, what failed, and sending it again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.ops.webhooks import PATH, deliveries_of, fail, listed, path_of
from tests.support.answers import granted, issues, refused
from tests.support.installation import now, org_id
from tests.support.webhooks import add_delivery, add_endpoint

from partner_api.clock import format_milliseconds, parse_timestamp

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


async def test_an_endpoint_as_its_partner_sees_it_and_whose_it_is(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    endpoint_id = await add_endpoint(installation, family.child)
    path = f"/v1/webhook-endpoints/{endpoint_id}"
    seen = granted(await api.get(path, headers=family.child_key.headers))
    shown = granted(await api.get(path_of(endpoint_id), headers=operator))
    assert shown == {
        **seen,
        "env": "live",
        "organizationName": "Child",
        "organizationStatus": "active",
        "pausedReason": None,
        "failingSince": None,
        "waitingDeliveries": 0,
        "oldestWaitingAt": None,
        "lastError": None,
    }
    assert await listed(api, operator, family.child) == [shown]
    assert await listed(api, operator, family.partner) == [], "the endpoint is the child's"


async def test_what_waits_and_how_the_last_attempt_failed(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    endpoint_id = await add_endpoint(installation, family.partner)
    for status in ("pending", "delivered", "failed", "delivering", "abandoned"):
        await add_delivery(installation, family.partner, endpoint_id, status)
    shown = granted(await api.get(path_of(endpoint_id), headers=operator))
    assert shown["waitingDeliveries"] == 3
    assert shown["lastError"] is None, "it does not fail"
    at = now() - timedelta(minutes=5)
    await add_delivery(
        installation,
        family.partner,
        endpoint_id,
        "failed",
        created_at=at - timedelta(days=1),
    )
    await fail(installation, family.partner, endpoint_id, at, error="The name x does not resolve.")
    shown = granted(await api.get(path_of(endpoint_id), headers=operator))
    assert shown["waitingDeliveries"] == 4
    assert shown["oldestWaitingAt"] == format_milliseconds(at - timedelta(days=1))
    assert (shown["consecutiveFailureCount"], shown["failingSince"]) == (
        3,
        format_milliseconds(at - timedelta(hours=2)),
    )
    assert shown["lastError"]["message"] == "The name x does not resolve."
    assert shown["lastError"]["status"] is None


@pytest.mark.parametrize("reason", ["failures", "gone"])
async def test_the_error_of_an_endpoint_that_the_server_paused(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    operator: dict[str, str],
    reason: str,
) -> None:
    endpoint_id = await add_endpoint(installation, family.partner)
    await add_delivery(installation, family.partner, endpoint_id, "abandoned")
    at = now()
    await fail(installation, family.partner, endpoint_id, at, status=410, paused=reason)
    # What happens while it is paused was never tried.
    for _ in range(3):
        await add_delivery(installation, family.partner, endpoint_id, "abandoned", attempts=0)
    shown = granted(await api.get(path_of(endpoint_id), headers=operator))
    assert (shown["status"], shown["pausedReason"]) == ("auto_paused", reason)
    assert shown["lastError"]["status"] == 410


async def test_all_endpoints_newest_first_page_by_page(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    families = [await installation.family() for _ in range(2)]
    made = sorted(
        [
            str(await add_endpoint(installation, wallet))
            for wallet in (families[0].partner, families[1].child, families[0].child)
        ]
    )
    found: list[str] = []
    params: dict[str, Any] = {"limit": "1"}
    while not set(made) <= set(found):
        page = granted(await api.get(PATH, headers=operator, params=params))
        found += [item["id"] for item in page["items"]]
        params["cursor"] = page["nextCursor"]
    assert [endpoint_id for endpoint_id in found if endpoint_id in made] == made[::-1]
    assert found == sorted(found, reverse=True)
    other_filters = {"cursor": params["cursor"], "failing": "true"}
    assert list(issues(await api.get(PATH, headers=operator, params=other_filters))) == ["cursor"]


async def test_both_environments_of_a_partner(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    live = await add_endpoint(installation, family.partner)
    test = await add_endpoint(installation, await installation.test_tenant(family.partner))
    shown = await listed(api, operator, family.partner)
    assert {item["id"]: item["env"] for item in shown} == {str(test): "test", str(live): "live"}


async def test_filters(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    wallet = family.partner
    made = sorted([str(await add_endpoint(installation, wallet)) for _ in range(4)])
    endpoints = dict(zip(("active", "failing", "paused", "auto_paused"), made, strict=True))
    await fail(installation, wallet, endpoints["failing"], now())
    await fail(installation, wallet, endpoints["auto_paused"], now(), paused="failures")
    path = f"/v1/webhook-endpoints/{endpoints['paused']}"
    headers = family.partner_key.headers
    granted(await api.patch(path, json={"status": "paused"}, headers=headers))
    names = {endpoint_id: name for name, endpoint_id in endpoints.items()}

    async def found(**params: Any) -> list[str]:
        return [names[item["id"]] for item in await listed(api, operator, wallet, **params)]

    assert await found() == ["auto_paused", "paused", "failing", "active"]
    assert await found(failing="true") == ["auto_paused", "failing"]
    assert await found(failing="false") == ["auto_paused", "paused", "failing", "active"]
    assert await found(status="active") == ["failing", "active"]
    assert await found(status=["paused", "auto_paused"]) == ["auto_paused", "paused"]
    assert await found(status="active", failing="true") == ["failing"]
    # Of all partners, as far as this test can know them.
    for params in ({"status": "paused"}, {"status": "auto_paused"}, {"failing": "true"}):
        everywhere = await listed(api, operator, None, limit="200", **params)
        assert {endpoints[name] for name in await found(**params)} <= {
            item["id"] for item in everywhere
        }
    for params in ({"status": "dead"}, {"failing": "yes"}, {"organizationId": "acme"}):
        (path,) = params
        assert list(issues(await api.get(PATH, headers=operator, params=params))) in (
            [path],
            [f"{path}[0]"],
        )


async def test_nobody_reads_a_secret(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    endpoint_id = await add_endpoint(installation, family.partner)
    delivery_id = await add_delivery(installation, family.partner, endpoint_id)
    for path in (
        f"{PATH}?organizationId={org_id(family.partner)}",
        path_of(endpoint_id),
        deliveries_of(endpoint_id),
        f"{deliveries_of(endpoint_id)}/{delivery_id}",
    ):
        response = await api.get(path, headers=operator)
        granted(response)
        assert "secret" not in response.text.lower()
        assert "whsec" not in response.text


async def test_deliveries_as_the_partner_sees_them(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    endpoint_id = await add_endpoint(installation, family.child)
    made = [
        str(await add_delivery(installation, family.child, endpoint_id, status))
        for status in ("delivered", "failed", "abandoned")
    ]
    headers = family.child_key.headers
    page = granted(
        await api.get(f"/v1/webhook-endpoints/{endpoint_id}/deliveries", headers=headers)
    )
    path = deliveries_of(endpoint_id)
    assert granted(await api.get(path, headers=operator)) == page
    assert [item["id"] for item in page["items"]] == sorted(made, reverse=True)
    params = {"status": ["failed", "abandoned"], "limit": "1"}
    first = granted(await api.get(path, headers=operator, params=params))
    params["cursor"] = first["nextCursor"]
    second = granted(await api.get(path, headers=operator, params=params))
    assert [item["id"] for item in first["items"] + second["items"]] == sorted(
        made[1:], reverse=True
    )
    assert second["nextCursor"] is None
    params = {"eventType": "credits.low"}
    assert granted(await api.get(path, headers=operator, params=params))["items"] == []
    seen = granted(await api.get(f"/v1/webhook-deliveries/{made[0]}", headers=headers))
    shown = granted(await api.get(f"{path}/{made[0]}", headers=operator))
    assert shown == seen
    assert shown["attempts"][0]["body"] == "received"
    assert shown["payload"]["organizationId"] == org_id(family.child)


async def test_a_delivery_is_found_at_its_own_endpoint_alone(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    endpoint_id, other_id = [await add_endpoint(installation, family.partner) for _ in range(2)]
    of_child = await add_endpoint(installation, family.child)
    delivery_id = await add_delivery(installation, family.partner, endpoint_id)
    for wrong in (other_id, of_child, MISSING):
        path = f"{deliveries_of(wrong)}/{delivery_id}"
        refused(await api.get(path, headers=operator), "NOT_FOUND")
        refused(await api.post(f"{path}/replay", headers=operator), "NOT_FOUND")
    for wrong in (MISSING, "nonsense"):
        path = f"{deliveries_of(endpoint_id)}/{wrong}"
        refused(await api.get(path, headers=operator), "NOT_FOUND")
        refused(await api.post(f"{path}/replay", headers=operator), "NOT_FOUND")


async def test_what_is_deleted_is_not_found(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    endpoint_id = await add_endpoint(installation, family.partner)
    delivery_id = await add_delivery(installation, family.partner, endpoint_id)
    path = f"/v1/webhook-endpoints/{endpoint_id}"
    granted(await api.delete(path, headers=family.partner_key.headers))
    assert await listed(api, operator, family.partner) == []
    path = deliveries_of(endpoint_id)
    for gone in (path_of(endpoint_id), path, f"{path}/{delivery_id}"):
        refused(await api.get(gone, headers=operator), "NOT_FOUND")
    for gone in (f"{path_of(endpoint_id)}/unpause", f"{path}/{delivery_id}/replay"):
        refused(await api.post(gone, headers=operator), "NOT_FOUND")


class TestUnpausing:
    """`POST …/unpause`."""

    async def test_what_the_server_paused_is_active_again(
        self,
        api: httpx2.AsyncClient,
        installation: Installation,
        family: Family,
        operator: dict[str, str],
    ) -> None:
        endpoint_id = await add_endpoint(installation, family.child)
        await fail(installation, family.child, endpoint_id, now(), paused="failures")
        before = granted(await api.get(path_of(endpoint_id), headers=operator))
        response = await api.post(f"{path_of(endpoint_id)}/unpause", headers=operator)
        shown = granted(response)
        assert shown == {
            **before,
            "status": "active",
            "pausedReason": None,
            "consecutiveFailureCount": 0,
            "failingSince": None,
            "lastError": None,
            "updatedAt": shown["updatedAt"],
        }
        assert parse_timestamp(shown["updatedAt"]) > parse_timestamp(before["updatedAt"])
        # Again: nothing is left to do, and nothing more is said of it.
        assert granted(await api.post(f"{path_of(endpoint_id)}/unpause", headers=operator)) == shown
        page = granted(await api.get("/v1/audit-log", headers=family.child_key.headers))
        unpaused = [
            item for item in page["items"] if item["eventType"] == "webhook_endpoint.unpaused"
        ]
        assert len(unpaused) == 1
        assert unpaused[0]["actor"] == "operator"
        assert unpaused[0]["requestId"] == response.headers["X-Request-Id"]
        assert unpaused[0]["data"]["endpointId"] == str(endpoint_id)
        assert unpaused[0]["data"]["operator"]

    async def test_what_its_partner_paused_stays_so(
        self,
        api: httpx2.AsyncClient,
        installation: Installation,
        family: Family,
        operator: dict[str, str],
    ) -> None:
        endpoint_id = await add_endpoint(installation, family.partner)
        path = f"/v1/webhook-endpoints/{endpoint_id}"
        headers = family.partner_key.headers
        granted(await api.patch(path, json={"status": "paused"}, headers=headers))
        response = await api.post(f"{path_of(endpoint_id)}/unpause", headers=operator)
        assert refused(response, "CONFLICT") == {"status": "paused"}
        assert granted(await api.get(path, headers=headers))["status"] == "paused"


class TestReplaying:
    """`POST …/deliveries/:deliveryId/replay`."""

    @pytest.mark.parametrize("status", ["delivered", "failed", "abandoned"])
    async def test_what_has_ended_or_failed_is_sent_again(
        self,
        api: httpx2.AsyncClient,
        installation: Installation,
        family: Family,
        operator: dict[str, str],
        status: str,
    ) -> None:
        endpoint_id = await add_endpoint(installation, family.child)
        delivery_id = await add_delivery(installation, family.child, endpoint_id, status)
        path = f"{deliveries_of(endpoint_id)}/{delivery_id}"
        before = granted(await api.get(path, headers=operator))
        once = {**operator, "Idempotency-Key": f"replay-{delivery_id}"}
        replayed = granted(await api.post(f"{path}/replay", headers=once))
        assert replayed["originalDeliveryId"] == str(delivery_id)
        assert granted(await api.post(f"{path}/replay", headers=once)) == replayed
        again = f"{deliveries_of(endpoint_id)}/{replayed['replayDeliveryId']}"
        payload = granted(await api.get(again, headers=operator))["payload"]
        assert payload["replayOf"] == str(delivery_id)
        assert payload["data"] == before["payload"]["data"]
        assert payload["id"] != before["eventId"]
        assert granted(await api.get(path, headers=operator)) == before, "it stays as it ended"
        page = granted(await api.get(deliveries_of(endpoint_id), headers=operator))
        assert len(page["items"]) == 2
        page = granted(await api.get("/v1/audit-log", headers=family.child_key.headers))
        audited = [
            item for item in page["items"] if item["eventType"] == "webhook_delivery.replayed"
        ]
        assert [(item["actor"], item["data"]["deliveryId"]) for item in audited] == [
            ("operator", str(delivery_id))
        ]
        assert audited[0]["data"]["operator"]

    @pytest.mark.parametrize("status", ["pending", "delivering"])
    async def test_what_has_not_ended_is_not(
        self,
        api: httpx2.AsyncClient,
        installation: Installation,
        family: Family,
        operator: dict[str, str],
        status: str,
    ) -> None:
        endpoint_id = await add_endpoint(installation, family.partner)
        delivery_id = await add_delivery(installation, family.partner, endpoint_id, status)
        path = f"{deliveries_of(endpoint_id)}/{delivery_id}/replay"
        assert refused(await api.post(path, headers=operator), "CONFLICT") == {"status": status}

    async def test_nothing_is_sent_to_an_endpoint_that_is_paused(
        self,
        api: httpx2.AsyncClient,
        installation: Installation,
        family: Family,
        operator: dict[str, str],
    ) -> None:
        endpoint_id = await add_endpoint(installation, family.partner)
        delivery_id = await add_delivery(installation, family.partner, endpoint_id)
        await fail(installation, family.partner, endpoint_id, now(), paused="gone")
        path = f"{deliveries_of(endpoint_id)}/{delivery_id}/replay"
        details = refused(await api.post(path, headers=operator), "CONFLICT")
        assert details == {"status": "auto_paused"}


@pytest.mark.parametrize("role", ["viewer", "finance", "worker"])
async def test_only_an_operator_changes_something(
    api: httpx2.AsyncClient, installation: Installation, family: Family, role: str
) -> None:
    headers = await installation.operator(role)
    endpoint_id = await add_endpoint(installation, family.partner)
    delivery_id = await add_delivery(installation, family.partner, endpoint_id)
    for path in (
        f"{path_of(endpoint_id)}/unpause",
        f"{deliveries_of(endpoint_id)}/{delivery_id}/replay",
    ):
        response = await api.post(path, headers=headers)
        assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "operator"}
        refused(await api.post(path, headers=family.partner_key.headers), "UNAUTHENTICATED")
    for path in (PATH, path_of(endpoint_id), deliveries_of(endpoint_id)):
        response = await api.get(path, headers=headers)
        if role == "worker":
            refused(response, "FORBIDDEN_SCOPE")
        else:
            granted(response)
        refused(await api.get(path, headers=family.partner_key.headers), "UNAUTHENTICATED")
