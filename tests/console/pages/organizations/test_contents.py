"""What an organization has: children, projects, leases and webhook endpoints, each with its filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.answers import granted
from tests.support.console import sign_in, text_of
from tests.support.installation import EVERYTHING, handle, now, org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet


def page_of(wallet: Wallet, part: str) -> str:
    return f"/console/organizations/{org_id(wallet)}/{part}"


async def test_children(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await installation.set_status(family.child, "archived")
    operator = await sign_in(local_api, installation, "viewer")
    html = await operator.get(page_of(family.partner, "children"))
    for child in (family.child, family.sibling):
        assert f'href="/console/organizations/{org_id(child)}"' in html
    html = await operator.get(page_of(family.partner, "children?status=archived"))
    assert org_id(family.child) in html
    assert org_id(family.sibling) not in html
    assert "No child is like this." in text_of(
        await operator.get(page_of(family.child, "children"))
    )


async def test_projects_of_either_environment(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    test = await installation.key(
        await installation.test_tenant(family.partner), *EVERYTHING, env="test"
    )
    for headers, name in ((family.partner_key.headers, "Live <i>"), (test.headers, "Tried <i>")):
        body = {"name": name, "timezone": "UTC", "customerExternalId": name}
        granted(await local_api.post("/v1/projects", json=body, headers=headers), 201)
    operator = await sign_in(local_api, installation, "viewer")
    live = await operator.get(page_of(family.partner, "projects"))
    assert "Live &lt;i&gt;" in live
    assert "Tried" not in live
    tried = await operator.get(page_of(family.partner, "projects?env=test"))
    assert "Tried &lt;i&gt;" in tried
    assert "Live" not in tried.partition("<table")[2]
    found = await operator.get(page_of(family.partner, "projects?customerExternalId=Live+%3Ci%3E"))
    assert "Live &lt;i&gt;" in found
    assert "Tried" in await operator.get(page_of(family.partner, "projects?env=test&csv=projects"))


async def test_leases(local_api: httpx2.AsyncClient, installation: Installation) -> None:
    family = await installation.family(cash_cents=100_000)
    (leased,) = await installation.lease(family.partner, handle(), at=now())
    await installation.lease(family.child, handle(), at=now())
    operator = await sign_in(local_api, installation, "viewer")
    html = await operator.get(page_of(family.partner, "leases"))
    assert f'href="/console/leases/{leased}"' in html
    assert html.count("<tr data-href") == 1, "a child's leases are its own"
    assert "No lease is like this." in text_of(
        await operator.get(page_of(family.partner, "leases?billingStatus=past_due"))
    )


async def test_webhook_endpoints(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    body = {"url": "https://hooks.example.test/layers?a=b", "events": ["*"]}
    made = granted(
        await local_api.post(
            "/v1/webhook-endpoints", json=body, headers=family.partner_key.headers
        ),
        201,
    )
    endpoint = made.get("endpoint", made)
    operator = await sign_in(local_api, installation, "viewer")
    html = await operator.get(page_of(family.partner, "webhooks"))
    assert f'href="/console/webhooks/{endpoint["id"]}"' in html
    assert "No endpoint is like this." in text_of(
        await operator.get(page_of(family.child, "webhooks"))
    )
    assert "No endpoint is like this." in text_of(
        await operator.get(page_of(family.partner, "webhooks?failing=true"))
    )
