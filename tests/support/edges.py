"""An application in this process, called over ASGI: the sample feature or all, on the real database."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx2
from tests.support import sample
from tests.support.databases import DatabaseUrls
from tests.support.tenants import Wallet

from partner_api.app import ROUTES, create_app
from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.edge.identity.credentials import mint_api_key, mint_operator_token
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from partner_api.database.connection import Connection
    from partner_api.edge.asgi import Edge
    from partner_api.edge.identity.credentials import Env

KEYS = "test:" + "5a" * 32


@dataclass(frozen=True)
class Owner:
    """An organization and a key of it."""

    wallet: Wallet
    key_id: UUID
    key: str

    @property
    def organization_id(self) -> UUID:
        """The organization."""
        return self.wallet.organization_id

    @property
    def headers(self) -> dict[str, str]:
        """What authenticates a request."""
        return {"Authorization": f"Bearer {self.key}"}


@dataclass(frozen=True)
class Family:
    """A partner, whose key may do everything, and a child, whose key may use all data."""

    partner: Owner
    child: Owner


def make_edge(urls: DatabaseUrls, **environment: str) -> Edge:
    """The application with the sample feature beside the real ones."""
    settings = load_settings(
        {
            "DATABASE_URL": urls.app,
            "LAYERS_SECRET_KEYS": KEYS,
            "LAYERS_LOG_LEVEL": "error",
            "LAYERS_DATABASE_POOL_SIZE": "12",
            **environment,
        }
    )
    return create_app(settings, [sample.routes, *ROUTES])


@asynccontextmanager
async def running(edge: Edge) -> AsyncIterator[httpx2.AsyncClient]:
    """Start an application as a server does, and give a client of it."""
    to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    from_app: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.create_task(edge({"type": "lifespan", "state": {}}, to_app.get, from_app.put))
    await to_app.put({"type": "lifespan.startup"})
    started = await from_app.get()
    assert started["type"] == "lifespan.startup.complete", started
    transport = httpx2.ASGITransport(edge)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await to_app.put({"type": "lifespan.shutdown"})
    await task


async def add_key(
    connection: Connection, wallet: Wallet, scopes: list[str], *, env: Env = "live"
) -> Owner:
    """Mint a key for an organization."""
    credential = mint_api_key(wallet.tenant_id, env)
    hash_key_id, digest = SecretKeys.parse(KEYS).hash_secret(credential.secret)
    key_id = uuid4()
    await connection.execute(
        "INSERT INTO api_keys (tenant_id, id, organization_id, keyid, secret_hash, hash_key_id, "
        "name, env, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'Key', $7, $8, $9)",
        wallet.tenant_id,
        key_id,
        wallet.organization_id,
        credential.keyid,
        digest,
        hash_key_id,
        env,
        scopes,
        Clock().now(),
    )
    return Owner(wallet, key_id, credential.text)


async def add_operator(connection: Connection, role: str, *, expires_at: Any = None) -> str:
    """Create an operator; return the token."""
    credential = mint_operator_token()
    hash_key_id, digest = SecretKeys.parse(KEYS).hash_secret(credential.secret)
    await connection.execute(
        "INSERT INTO operators (id, name, role, keyid, secret_hash, hash_key_id, created_at, "
        "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        uuid4(),
        f"{role} {credential.keyid}",
        role,
        credential.keyid,
        digest,
        hash_key_id,
        Clock().now(),
        expires_at,
    )
    return credential.text


def error_of(response: httpx2.Response) -> dict[str, Any]:
    """The error of an answer, after checking what holds for every error."""
    error: dict[str, Any] = response.json()["error"]
    assert set(response.json()) == {"error"}
    assert set(error) - {"details"} == {"code", "message", "requestId"}
    assert error["requestId"] == response.headers["X-Request-Id"]
    assert response.headers["Content-Type"] == "application/json"
    return error


def issues_of(response: httpx2.Response, status: int = 422) -> dict[str, str]:
    """The problems that a 422 names: message by path."""
    assert response.status_code == status, response.text
    error = error_of(response)
    assert error["code"] == "VALIDATION"
    issues = error["details"]["issues"]
    assert len({issue["path"] for issue in issues}) == len(issues), "two issues for one path"
    return {issue["path"]: issue["message"] for issue in issues}
