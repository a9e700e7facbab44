"""Who may have to do with an endpoint: of one's own organization, of a child, of all children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import EVERYTHING, ago, org_id
from tests.support.webhooks import URL, add_delivery, add_endpoint

from partner_api.clock import format_milliseconds

if TYPE_CHECKING:
    from tests.support.installation import Family
    from tests.support.quiet import Quiet

PATH = "/v1/webhook-endpoints"
ALL_CHILDREN: dict[str, Any] = {"url": URL, "events": ["*"], "scope": "all_children"}
ADMIN = {"requiredScope": "org:admin"}


async def test_all_children_is_for_org_admin(quiet: Quiet, quiet_family: Family) -> None:
    """To create, to change to, to change, to delete, and to read what was sent to it."""
    key = await quiet.installation.key(quiet_family.partner, "*")
    refused_details = refused(
        await quiet.api.post(PATH, json=ALL_CHILDREN, headers=key.headers), "FORBIDDEN_SCOPE"
    )
    assert refused_details == ADMIN
    own = await add_endpoint(quiet.installation, quiet_family.partner)
    response = await quiet.api.patch(
        f"{PATH}/{own}", json={"scope": "all_children"}, headers=key.headers
    )
    assert refused(response, "FORBIDDEN_SCOPE") == ADMIN
    wide = await add_endpoint(quiet.installation, quiet_family.partner, scope="all_children")
    delivery = await add_delivery(quiet.installation, quiet_family.partner, wide)
    asked: list[tuple[str, str, dict[str, Any] | None]] = [
        ("PATCH", f"{PATH}/{wide}", {"url": URL}),
        ("PATCH", f"{PATH}/{wide}", {"scope": "own"}),
        ("POST", f"{PATH}/{wide}/rotate-secret", None),
        ("POST", f"{PATH}/{wide}/test", {}),
        ("POST", f"{PATH}/{wide}/recover", {"since": format_milliseconds(ago(hours=1))}),
        ("GET", f"{PATH}/{wide}/deliveries", None),
        ("GET", f"/v1/webhook-deliveries/{delivery}", None),
        ("POST", f"/v1/webhook-deliveries/{delivery}/replay", None),
        ("DELETE", f"{PATH}/{wide}", None),
    ]
    for method, path, body in asked:
        response = await quiet.api.request(method, path, json=body, headers=key.headers)
        assert refused(response, "FORBIDDEN_SCOPE") == ADMIN, (method, path)
    # That it is there is no secret of the organization's.
    assert granted(await quiet.api.get(f"{PATH}/{wide}", headers=key.headers))["id"] == str(wide)
    for method, path, body in asked:
        headers = quiet_family.partner_key.headers
        granted(await quiet.api.request(method, path, json=body, headers=headers))


async def test_a_child_has_no_children(quiet: Quiet, quiet_family: Family) -> None:
    acting = quiet_family.partner_key.acting_for(quiet_family.child)
    response = await quiet.api.post(PATH, json=ALL_CHILDREN, headers=acting)
    assert list(issues(response)) == ["scope"]
    own = await add_endpoint(quiet.installation, quiet_family.child)
    response = await quiet.api.patch(
        f"{PATH}/{own}", json={"scope": "all_children"}, headers=acting
    )
    assert list(issues(response)) == ["scope"]
    response = await quiet.api.post(PATH, json=ALL_CHILDREN, headers=quiet_family.child_key.headers)
    assert refused(response, "FORBIDDEN_SCOPE") == ADMIN


async def test_an_endpoint_is_seen_by_its_organization_and_by_whoever_acts_for_it(
    quiet: Quiet, quiet_family: Family
) -> None:
    body = {"url": URL, "events": ["*"]}
    acting = quiet_family.partner_key.acting_for(quiet_family.child)
    made = granted(await quiet.api.post(PATH, json=body, headers=acting), 201)["endpoint"]
    assert made["organizationId"] == org_id(quiet_family.child)
    path = f"{PATH}/{made['id']}"
    delivery = await add_delivery(quiet.installation, quiet_family.child, UUID(made["id"]))
    sent = f"/v1/webhook-deliveries/{delivery}"
    for headers in (acting, quiet_family.child_key.headers):
        assert granted(await quiet.api.get(path, headers=headers)) == made
        assert granted(await quiet.api.get(PATH, headers=headers))["items"] == [made]
        assert granted(await quiet.api.get(sent, headers=headers))["id"] == str(delivery)
    test_tenant = await quiet.installation.test_tenant(quiet_family.partner)
    outsiders = [
        quiet_family.partner_key,
        await quiet.installation.key(quiet_family.sibling, *EVERYTHING),
        await quiet.installation.key(test_tenant, *EVERYTHING, env="test"),
        (await quiet.installation.family()).partner_key,
    ]
    for key in outsiders:
        assert granted(await quiet.api.get(PATH, headers=key.headers))["items"] == []
        for method, address in (
            ("GET", path),
            ("DELETE", path),
            ("POST", f"{path}/rotate-secret"),
            ("GET", f"{path}/deliveries"),
            ("GET", sent),
            ("POST", f"{sent}/replay"),
        ):
            response = await quiet.api.request(method, address, headers=key.headers)
            assert refused(response, "NOT_FOUND") == {}
    assert granted(await quiet.api.get(path, headers=acting)) == made


@pytest.mark.parametrize("status", ["suspended", "archived"])
async def test_a_child_that_is_suspended_or_archived(
    quiet: Quiet, quiet_family: Family, status: str
) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.child)
    await quiet.installation.set_status(quiet_family.child, status)
    acting = quiet_family.partner_key.acting_for(quiet_family.child)
    for path in (PATH, f"{PATH}/{endpoint}", f"{PATH}/{endpoint}/deliveries", "/v1/events"):
        response = await quiet.api.get(path, headers=acting)
        if status == "suspended":
            granted(response)
        else:
            assert refused(response, "KILL_SWITCH") == {"scope": "organization"}
    for method, path, body in (
        ("POST", PATH, {"url": URL, "events": ["*"]}),
        ("PATCH", f"{PATH}/{endpoint}", {"status": "paused"}),
        ("POST", f"{PATH}/{endpoint}/test", {}),
        ("DELETE", f"{PATH}/{endpoint}", None),
    ):
        response = await quiet.api.request(method, path, json=body, headers=acting)
        assert refused(response, "KILL_SWITCH") == {"scope": "organization"}
