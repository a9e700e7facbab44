"""`/healthz`, `/readyz` and `/metrics`: for whoever runs the server, without a key and without a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.answers import granted
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Family


async def test_the_process_is_alive(api: httpx2.AsyncClient) -> None:
    assert granted(await api.get("/healthz")) == {"status": "ok"}


async def test_the_server_is_ready_and_says_that_it_is_for_trying_out(
    api: httpx2.AsyncClient,
) -> None:
    ready = granted(await api.get("/readyz"))
    assert (ready["database"], ready["development"]) == ("ok", True)
    # Tests that deal with the past leave work that has been due for long.
    assert ready.get("degraded", []) in ([], [{"part": "sweeps", "problem": "late"}])
    assert ready["status"] == ("degraded" if "degraded" in ready else "ready")


async def test_the_numbers_count_by_route_and_never_by_id(
    api: httpx2.AsyncClient, family: Family
) -> None:
    path = f"/v1/organizations/{org_id(family.child)}/credits"
    series = (
        'layers_http_requests_total{method="GET",route="/v1/organizations/{orgId}/credits",'
        'status="200"}'
    )

    async def counted() -> float:
        text = (await api.get("/metrics")).text
        found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0

    before = await counted()
    granted(await api.get(path, headers=family.partner_key.headers))
    granted(await api.get(path, headers=family.partner_key.headers))
    assert await counted() == before + 2


async def test_a_client_cannot_make_series(api: httpx2.AsyncClient, family: Family) -> None:
    await api.request("INVENTED", "/v1/invented")
    await api.get("/v1/invented")
    text = (await api.get("/metrics")).text
    assert "invented" not in text.lower()
    assert 'method="OTHER",route="none"' in text


async def test_they_say_nothing_secret(
    api: httpx2.AsyncClient, family: Family, served_urls: DatabaseUrls, secret_keys_text: str
) -> None:
    await api.get("/v1/credits", headers=family.partner_key.headers)
    hidden = [
        family.partner_key.text,
        family.partner_key.text[8:24],
        str(family.partner.organization_id),
        str(family.partner.tenant_id),
        secret_keys_text.partition(":")[2],
        served_urls.app.partition("://")[2].partition("@")[0].partition(":")[2],
        served_urls.app.rpartition("/")[2].partition("?")[0],
    ]
    for path in ("/healthz", "/readyz", "/metrics"):
        response = await api.get(path)
        for word in hidden:
            assert word not in response.text
            assert word not in str(response.headers)
