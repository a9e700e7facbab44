"""How often a key may ask: classes, tiers, the day's cap, and the headers on every answer."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2
import msgspec
import pytest
from tests.support.answers import granted, issues, refused
from tests.support.edges import running
from tests.support.installation import EVERYTHING, org_id

from partner_api.app import create_app
from partner_api.edge.limits import rate_limits
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Installation, Key
    from tests.support.serving import Service

    from partner_api.edge.limits.rate_limits import TierLimits

HEADERS = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]
PROJECT = {"name": "Launch", "timezone": "UTC"}
MISSING = "prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


def bucket(response: httpx2.Response) -> tuple[str, int, int]:
    """Class, limit and what remains, as an answer names them."""
    limit, remaining, reset = (int(response.headers[name]) for name in HEADERS)
    assert 1 <= reset <= 60
    return response.headers["X-RateLimit-Endpoint-Class"], limit, remaining


def wait_of(response: httpx2.Response, limit: str, most: int = 60) -> None:
    """Hold a refusal to naming its limit and when to come again."""
    assert refused(response, "RATE_LIMITED") == {"limit": limit}
    assert 1 <= int(response.headers["Retry-After"]) <= most


async def key_of(installation: Installation, tier: str, **columns: Any) -> Key:
    return await installation.key(await installation.partner(tier=tier), *EVERYTHING, **columns)


@asynccontextmanager
async def fresh(urls: DatabaseUrls, secret_keys: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of another application in this process: its counts are its own."""
    settings = {
        "DATABASE_URL": urls.app,
        "LAYERS_SECRET_KEYS": secret_keys,
        "LAYERS_LOG_LEVEL": "error",
        "LAYERS_DATABASE_POOL_SIZE": "2",
    }
    async with running(create_app(load_settings(settings))) as client:
        yield client


@pytest.fixture
async def apart(
    server: Service, served_urls: DatabaseUrls, secret_keys_text: str
) -> AsyncIterator[httpx2.AsyncClient]:
    """One of those."""
    assert not server.ended
    async with fresh(served_urls, secret_keys_text) as client:
        yield client


@pytest.mark.parametrize(
    ("tier", "read", "write", "long_running", "daily", "jobs"),
    [
        ("standard", 120, 60, 20, 10_000, 10),
        ("pilot", 1_200, 600, 60, 100_000, 50),
        ("partner", 6_000, 3_000, 300, 500_000, 200),
        ("sandbox", 60, 30, 10, 1_000, 5),
    ],
)
async def test_the_tiers(
    apart: httpx2.AsyncClient,
    installation: Installation,
    tier: Any,
    read: int,
    write: int,
    long_running: int,
    daily: int,
    jobs: int,
) -> None:
    key = await key_of(installation, tier)
    response = await apart.get("/v1/projects", headers=key.headers)
    assert bucket(response) == ("read-light", read, read - 1)
    response = await apart.post("/v1/projects", json=PROJECT, headers=key.headers)
    assert bucket(response) == ("write-light", write, write - 1)
    assert msgspec.structs.asdict(_limits(tier)) == {
        "read_per_minute": read,
        "write_per_minute": write,
        "long_running_per_minute": long_running,
        "writes_per_day": daily,
        "running_jobs": jobs,
    }


async def test_the_internal_tier_has_a_class_and_no_limits(
    apart: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await key_of(installation, "internal")
    response = await apart.get("/v1/projects", headers=key.headers)
    assert response.headers["X-RateLimit-Endpoint-Class"] == "read-light"
    assert not set(HEADERS) & {
        name.title().replace("Ratelimit", "RateLimit") for name in response.headers
    }


async def test_a_child_s_key_has_its_partner_s_tier_and_a_bucket_of_its_own(
    apart: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(tier="pilot")
    for key in (family.partner_key, family.child_key):
        response = await apart.get("/v1/whoami", headers=key.headers)
        assert granted(response)["rateLimitTier"] == "pilot"
        assert bucket(response) == ("read-light", 1_200, 1_199)
    # Acting inside a child takes from the key that acts.
    response = await apart.get("/v1/whoami", headers=family.partner_key.acting_for(family.child))
    assert bucket(response) == ("read-light", 1_200, 1_198)


async def test_a_test_key_is_in_the_sandbox(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    operator = await installation.operator("operator")
    body = {"name": "Acme", "rateLimitTier": "internal"}
    response = await api.post("/ops/v1/organizations", json=body, headers=operator)
    path = f"/ops/v1/organizations/{granted(response, 201)['id']}/api-keys"
    test_key = {"name": "Test", "scopes": ["*"], "env": "test"}
    response = await api.post(path, json=test_key, headers=operator)
    headers = {"Authorization": f"Bearer {granted(response, 201)['secret']}"}
    assert bucket(await api.get("/v1/whoami", headers=headers)) == ("read-light", 60, 59)


async def test_errors_name_the_bucket_and_count(
    apart: httpx2.AsyncClient, installation: Installation
) -> None:
    wallet = await installation.partner(tier="standard")
    key = await installation.key(wallet, "projects:read", "projects:write")
    answers = [
        await apart.get("/v1/audit-log", headers=key.headers),
        await apart.get("/v1/projects?limit=0", headers=key.headers),
        await apart.get(f"/v1/projects/{MISSING}", headers=key.headers),
    ]
    for response, code in zip(answers, ("FORBIDDEN_SCOPE", "VALIDATION", "NOT_FOUND"), strict=True):
        refused(response, code)
    assert [bucket(response)[2] for response in answers] == [119, 118, 117]
    issues(await apart.post("/v1/projects", json={}, headers=key.headers))
    response = await apart.post("/v1/projects", json=PROJECT, headers=key.headers)
    assert bucket(response) == ("write-light", 60, 58)


async def test_what_no_key_vouches_for_has_no_bucket(
    apart: httpx2.AsyncClient, installation: Installation
) -> None:
    operator = await installation.operator("viewer")
    answers = [
        await apart.get("/v1/whoami"),
        await apart.get("/healthz"),
        await apart.get("/ops/v1/organizations", headers=operator),
    ]
    for response in answers:
        assert not [name for name in response.headers if name.startswith("x-ratelimit")]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tier `standard` with limits that a test can reach."""
    limits = rate_limits.TierLimits(3, 2, 1, 4, 1)
    monkeypatch.setitem(rate_limits.TIERS, "standard", limits)


@pytest.mark.usefixtures("small")
async def test_above_the_limit_of_a_minute(
    apart: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await key_of(installation, "standard")
    for remaining in (2, 1, 0):
        response = await apart.get("/v1/projects", headers=key.headers)
        assert bucket(response) == ("read-light", 3, remaining)
    for path in ("/v1/projects", "/v1/audit-log"):
        response = await apart.get(path, headers=key.headers)
        wait_of(response, "read-light")
        assert bucket(response) == ("read-light", 3, 0)
    # Another class, another key of the same organization, and another organization go on.
    granted(await apart.post("/v1/projects", json=PROJECT, headers=key.headers), 201)
    other = await installation.key(key.wallet, "*")
    granted(await apart.get("/v1/projects", headers=other.headers))


@pytest.mark.usefixtures("small")
async def test_a_limit_comes_before_the_scope_and_after_the_key(
    apart: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await installation.key(await installation.partner(tier="standard"))
    for _ in range(3):
        refused(await apart.get("/v1/projects", headers=key.headers), "FORBIDDEN_SCOPE")
    wait_of(await apart.get("/v1/projects", headers=key.headers), "read-light")
    await installation.owner.execute(
        "UPDATE api_keys SET kill_switch = true WHERE id = $1", key.key_id
    )
    refused(await apart.get("/v1/projects", headers=key.headers), "KILL_SWITCH")


@pytest.mark.usefixtures("small")
async def test_what_was_refused_did_nothing(
    apart: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await key_of(installation, "standard")
    headers = {**key.headers, "Idempotency-Key": str(uuid4())}
    for _ in range(2):
        granted(await apart.post("/v1/projects", json=PROJECT, headers=key.headers), 201)
    wait_of(await apart.post("/v1/projects", json=PROJECT, headers=headers), "write-light")
    items = granted(await apart.get("/v1/projects", headers=key.headers))["items"]
    # Two, and the one that every partner here begins with.
    assert len(items) == 3


async def test_above_the_writes_of_a_day(
    apart: httpx2.AsyncClient, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both classes of writes count; reads do not, and go on."""
    monkeypatch.setitem(rate_limits.TIERS, "standard", rate_limits.TierLimits(50, 50, 50, 3, 1))
    key = await key_of(installation, "standard")
    for _ in range(3):
        granted(await apart.post("/v1/projects", json=PROJECT, headers=key.headers), 201)
    response = await apart.post("/v1/projects", json=PROJECT, headers=key.headers)
    wait_of(response, "writes_per_day", most=86_400)
    assert bucket(response)[:2] == ("write-light", 50)
    granted(await apart.get("/v1/projects", headers=key.headers))


@pytest.mark.usefixtures("small")
async def test_a_refusal_by_the_minute_does_not_use_up_the_day(
    apart: httpx2.AsyncClient, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await key_of(installation, "standard")
    statuses = [
        (await apart.post("/v1/projects", json=PROJECT, headers=key.headers)).status_code
        for _ in range(6)
    ]
    assert statuses == [201, 201, 429, 429, 429, 429]
    monkeypatch.setitem(rate_limits.TIERS, "standard", rate_limits.TierLimits(50, 50, 50, 4, 1))
    granted(await apart.post("/v1/projects", json=PROJECT, headers=key.headers), 201)


async def test_a_new_tier_counts_from_the_next_request_on(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    wallet = await installation.partner(tier="standard")
    key = await installation.key(wallet, "*")
    assert bucket(await api.get("/v1/whoami", headers=key.headers))[1] == 120
    operator = await installation.operator("operator")
    path = f"/ops/v1/organizations/{org_id(wallet)}"
    granted(await api.patch(path, json={"rateLimitTier": "pilot"}, headers=operator))
    assert bucket(await api.get("/v1/whoami", headers=key.headers))[1] == 1_200


def _limits(tier: Any) -> TierLimits:
    limits = rate_limits.TIERS[tier]
    assert limits is not None
    return limits
