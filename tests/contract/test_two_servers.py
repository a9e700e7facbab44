"""Two servers on one database: what one of them takes away is gone at the very next request to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from tests.support.answers import granted, refused
from tests.support.installation import EVERYTHING, org_id
from tests.support.served import serving

from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service

ORGANIZATION = {"scope": "organization"}


@pytest_asyncio.fixture(scope="module", params=["the first takes away", "the second takes away"])
async def servers(
    request: pytest.FixtureRequest,
    server: Service,
    served_urls: DatabaseUrls,
    secret_keys_text: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[httpx2.AsyncClient, httpx2.AsyncClient]]:
    """One client for what is done, one for what is seen of it; each has only its own server."""
    with serving(served_urls, secret_keys_text, tmp_path_factory.mktemp("second")) as second:
        async with (
            httpx2.AsyncClient(base_url=server.base_url, trust_env=False, timeout=60) as one,
            httpx2.AsyncClient(base_url=second.base_url, trust_env=False, timeout=60) as two,
        ):
            yield (one, two) if request.param == "the first takes away" else (two, one)


@pytest.fixture
def here(servers: tuple[httpx2.AsyncClient, httpx2.AsyncClient]) -> httpx2.AsyncClient:
    return servers[0]


@pytest.fixture
def there(servers: tuple[httpx2.AsyncClient, httpx2.AsyncClient]) -> httpx2.AsyncClient:
    return servers[1]


async def who(there: httpx2.AsyncClient, headers: dict[str, str]) -> httpx2.Response:
    return await there.get("/v1/whoami", headers=headers)


async def test_a_killed_key(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    headers = family.partner_key.headers
    path = f"/v1/api-keys/{format_id('key', family.partner_key.key_id)}"
    granted(await who(there, headers))
    granted(await here.post(f"{path}/kill", headers=headers))
    assert refused(await who(there, headers), "KILL_SWITCH") == {"scope": "key"}
    ops = f"/ops/v1/organizations/{org_id(family.partner)}/api-keys/{path.rpartition('/')[2]}"
    operator = await installation.operator("operator")
    granted(await here.post(f"{ops}/unkill", headers=operator))
    granted(await who(there, headers))


async def test_a_deleted_key(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient, family: Family
) -> None:
    headers = family.child_key.headers
    key_id = format_id("key", family.child_key.key_id)
    granted(await who(there, headers))
    path = f"/v1/organizations/{org_id(family.child)}/api-keys/{key_id}"
    granted(await here.delete(path, headers=family.partner_key.headers))
    refused(await who(there, headers), "UNAUTHENTICATED")


async def test_a_rotated_key(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient, family: Family
) -> None:
    headers = family.partner_key.headers
    key_id = format_id("key", family.partner_key.key_id)
    granted(await who(there, headers))
    rotated = granted(await here.post(f"/v1/api-keys/{key_id}/rotate", headers=headers))
    refused(await who(there, headers), "UNAUTHENTICATED")
    granted(await who(there, {"Authorization": f"Bearer {rotated['secret']}"}))


async def test_a_suspended_and_resumed_child(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient, family: Family
) -> None:
    headers, path = family.child_key.headers, f"/v1/organizations/{org_id(family.child)}"
    granted(await who(there, headers))
    for _ in range(3):
        granted(await here.post(f"{path}/suspend", headers=family.partner_key.headers))
        assert refused(await who(there, headers), "KILL_SWITCH") == ORGANIZATION
        credits = await there.get(f"{path}/credits", headers=family.partner_key.headers)
        assert refused(credits, "KILL_SWITCH") == ORGANIZATION
        granted(await here.post(f"{path}/resume", headers=family.partner_key.headers))
        granted(await who(there, headers))


async def test_an_archived_child(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient, family: Family
) -> None:
    path = f"/v1/organizations/{org_id(family.child)}"
    acting = family.partner_key.acting_for(family.child)
    granted(await who(there, family.child_key.headers))
    granted(await who(there, acting))
    granted(await here.delete(path, headers=family.partner_key.headers))
    refused(await who(there, family.child_key.headers), "UNAUTHENTICATED")
    assert refused(await who(there, acting), "KILL_SWITCH") == ORGANIZATION


async def test_a_suspended_partner_with_its_children(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await installation.operator("operator")
    path = f"/ops/v1/organizations/{org_id(family.partner)}"
    keys = (family.partner_key, family.child_key)
    for status in ("suspended", "active"):
        body = {"status": status}
        granted(await here.patch(path, json=body, headers=operator))
        for key in keys:
            answer = await who(there, key.headers)
            if status == "active":
                granted(answer)
            else:
                assert refused(answer, "KILL_SWITCH") == ORGANIZATION


async def test_a_revoked_operator(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient, installation: Installation
) -> None:
    admin = await installation.operator("admin")
    body: dict[str, Any] = {"name": f"Robin {uuid4()}", "role": "viewer"}
    made = granted(await here.post("/ops/v1/operators", json=body, headers=admin), 201)
    (token,) = (value for value in made.values() if str(value).startswith("lpo_"))
    headers = {"Authorization": f"Bearer {token}"}
    granted(await there.get("/ops/v1/organizations", headers=headers))
    granted(await here.post(f"/ops/v1/operators/{made['operator']['id']}/revoke", headers=admin))
    refused(await there.get("/ops/v1/organizations", headers=headers), "UNAUTHENTICATED")


async def test_a_new_tier(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """Also what is not taken away, but changed."""
    operator = await installation.operator("operator")
    key = await installation.key(family.partner, *EVERYTHING)
    assert "X-RateLimit-Limit" not in (await who(there, key.headers)).headers
    path = f"/ops/v1/organizations/{org_id(family.partner)}"
    granted(await here.patch(path, json={"rateLimitTier": "standard"}, headers=operator))
    answer = await who(there, key.headers)
    assert granted(answer)["rateLimitTier"] == "standard"
    assert answer.headers["X-RateLimit-Limit"] == "120"
