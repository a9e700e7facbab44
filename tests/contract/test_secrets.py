"""A secret is in the answer that hands it out, and nowhere else."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from tests.support.answers import granted
from tests.support.databases import make_database
from tests.support.installation import EVERYTHING
from tests.support.serving import Service, layers, wait_until

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.databases import DatabaseUrls

    from partner_api.edge.asgi import Edge

_SECRET = re.compile(r"(?:lp_live|lp_test|lpo)_([0-9A-Z]{16})_([\w-]{43})|whsec_([\w+/=-]+)")
_ORGANIZATIONS = "/ops/v1/organizations"


@dataclass
class Handed:
    """What a run has handed out, by which routes, and what else it was answered."""

    routes: set[str] = field(default_factory=set)
    key_ids: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    others: list[str] = field(default_factory=list)

    @property
    def forms(self) -> set[str]:
        """Every secret as it is, as bytes in a dump, and encoded once more."""
        found = set()
        for secret in self.secrets:
            text = secret.encode()
            found |= {secret, text.hex(), base64.b64encode(text).decode().rstrip("=")}
            if len(secret) == 43:
                found.add(base64.urlsafe_b64decode(secret + "=").hex())
        return found


class Client:
    """Asks, and notes what is handed out."""

    def __init__(self, http: httpx.AsyncClient, handed: Handed) -> None:
        self._http = http
        self._handed = handed

    async def hand_out(
        self, route: str, token: str, body: dict[str, Any] | None = None, **ids: str
    ) -> dict[str, Any]:
        """Ask for something with a secret, twice with one key; gives the answer."""
        method, _, template = route.partition(" ")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        path = template.format_map(ids)
        first = await self._http.request(method, path, headers=headers, json=body)
        again = await self._http.request(method, path, headers=headers, json=body)
        assert first.is_success, first.text
        answer: dict[str, Any] = granted(first, first.status_code)
        # A key that has replaced its own secret cannot ask again with the old one.
        if again.status_code != 401:
            assert again.json() == answer
            assert again.headers["Idempotent-Replayed"] == "true"
        found = _SECRET.findall(first.text)
        assert found, f"{route} hands out no secret"
        self._handed.routes.add(route)
        self._handed.key_ids |= {key_id for key_id, _, _ in found if key_id}
        self._handed.secrets |= {secret or signing for _, secret, signing in found}
        return answer

    async def ask(self, method: str, path: str, token: str, **request: Any) -> httpx.Response:
        """Ask for something without one."""
        headers = {"Authorization": f"Bearer {token}", **request.pop("headers", {})}
        response = await self._http.request(method, path, headers=headers, **request)
        self._handed.others.append(f"{response.headers}\n{response.text}")
        return response


@pytest.fixture(scope="module")
def keys() -> str:
    return f"one:{secrets.token_hex(32)}"


@pytest.fixture(scope="module")
def urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.fixture(scope="module")
def talkative(
    urls: DatabaseUrls, keys: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A server that logs all that it can, with its own database."""
    folder: Path = tmp_path_factory.mktemp("talkative")
    service = Service(
        folder,
        "serve",
        DATABASE_URL=urls.app,
        LAYERS_SECRET_KEYS=keys,
        LAYERS_DEVELOPMENT="true",
        LAYERS_LOG_LEVEL="debug",
    )
    try:
        service.start()
        yield service
    finally:
        service.end()


@pytest_asyncio.fixture(scope="module")
async def handed(talkative: Service, urls: DatabaseUrls, keys: str) -> AsyncIterator[Handed]:
    """A run in which every route that hands out a secret did, and the secrets were misused."""
    handed = Handed()
    async with httpx.AsyncClient(base_url=talkative.base_url, trust_env=False, timeout=60) as http:
        client = Client(http, handed)
        await _run(client, handed, await _first_operator(urls, keys, handed))
        handed.others.append((await http.get("/metrics")).text)
        yield handed


async def _first_operator(urls: DatabaseUrls, keys: str, handed: Handed) -> str:
    made = layers(
        "ops",
        "bootstrap",
        DATABASE_URL=urls.app,
        LAYERS_SECRET_KEYS=keys,
        LAYERS_DEVELOPMENT="true",
    )
    assert made.returncode == 0, made.stderr
    token = made.stdout.strip()
    ((key_id, secret, _),) = _SECRET.findall(token)
    handed.key_ids.add(key_id)
    handed.secrets.add(secret)
    handed.others.append(made.stderr)
    return token


async def _run(client: Client, handed: Handed, admin: str) -> None:
    made = await client.hand_out(
        "POST /ops/v1/operators", admin, {"name": "Robin", "role": "operator"}
    )
    operator = made["operator"]["id"]
    rotated = await client.hand_out(
        "POST /ops/v1/operators/{operatorId}/rotate", admin, operatorId=operator
    )
    token = _token(rotated)
    partner = (await client.ask("POST", _ORGANIZATIONS, token, json={"name": "Acme"})).json()["id"]
    body = {"name": "Main", "scopes": list(EVERYTHING)}
    route = "POST /ops/v1/organizations/{orgId}/api-keys"
    key = _token(await client.hand_out(route, token, body, orgId=partner))
    child = (await client.ask("POST", "/v1/organizations", key, json={"name": "Child"})).json()
    route = "POST /v1/organizations/{orgId}/api-keys"
    of_child = {"name": "Child's", "scopes": ["*"]}
    await client.hand_out(route, key, {**of_child, "env": "test"}, orgId=child["id"])
    minted = await client.hand_out(route, key, of_child, orgId=child["id"])
    child_key, key_id = _token(minted), minted["apiKey"]["id"]
    route = "POST /v1/organizations/{orgId}/api-keys/{keyId}/rotate"
    rotated = await client.hand_out(route, key, orgId=child["id"], keyId=key_id)
    # Itself: the key that it has superseded may not.
    replaced = await client.hand_out(
        "POST /v1/api-keys/{keyId}/rotate", _token(rotated), keyId=rotated["apiKey"]["id"]
    )
    for text in (admin, token, key, child_key, _token(replaced)):
        await _misuse(client, text, key)
    await client.ask("POST", f"/v1/api-keys/{rotated['apiKey']['id']}/kill", key)
    await client.ask("DELETE", f"/v1/organizations/{child['id']}/api-keys/{key_id}", key)
    await client.ask("POST", f"/ops/v1/operators/{operator}/revoke", admin)
    await client.ask("GET", "/v1/audit-log", key)
    await client.ask("GET", f"/v1/organizations/{child['id']}/api-keys", key)
    await client.ask("GET", f"{_ORGANIZATIONS}/{partner}/api-keys", admin)
    await client.ask("GET", "/ops/v1/operators", admin)


async def _misuse(client: Client, text: str, key: str) -> None:
    """Put a secret where none belongs, in ways that are all refused."""
    secret = text.rpartition("_")[2] if text.count("_") == 3 else text[-43:]
    for path in (
        f"/v1/whoami?key={text}",
        f"/v1/organizations/{text}",
        f"/v1/projects/{text}",
        f"/v1/{text}",
        f"/v1/organizations?cursor={text}&limit={secret}&status={text}",
    ):
        await client.ask("GET", path, key)
    for headers in (
        {"Authorization": f"Basic {text}"},
        {"Authorization": f"Bearer {text[:-1]}"},
        {"Authorization": f"Bearer {text}x"},
        {"X-Layers-Organization": text},
        {"Idempotency-Key": text * 10},
    ):
        await client.ask("POST", "/v1/projects", key, headers=headers, json={"name": text})
    for body in (
        {text: text},
        {"name": text * 10, "timezone": text, "metadata": [text]},
        {"name": {text: secret}, "timezone": secret},
    ):
        await client.ask("POST", "/v1/projects", key, json=body)
    await client.ask("POST", "/v1/projects", key, content=f"{text} {secret}")


def _token(answer: dict[str, Any]) -> str:
    (found,) = [
        value for value in answer.values() if isinstance(value, str) and _SECRET.fullmatch(value)
    ]
    return found


def test_every_route_that_hands_out_a_secret_was_asked(application: Edge, handed: Handed) -> None:
    assert handed.routes == {
        f"{route.method} {route.template}"
        for route in application.routes
        if route.declared.secret_answer
    }


def test_no_other_answer_has_one(handed: Handed) -> None:
    """Refusals, lists, the audit log and the metrics."""
    assert len(handed.others) > 60
    assert _found(handed.forms, "\n".join(handed.others)) == set()


def test_no_log_line_has_one(talkative: Service, handed: Handed, keys: str) -> None:
    wait_until(lambda: "/ops/v1/operators/{operatorId}/revoke" in talkative.errors)
    text = talkative.errors + talkative.output
    assert text.count('"caller":"key_') > 30
    assert _found(handed.forms | {keys.partition(":")[2]}, text) == set()


async def test_no_column_has_one(urls: DatabaseUrls, handed: Handed, keys: str) -> None:
    """Neither as text nor as bytes, in any table: only keyed hashes and what is encrypted."""
    rows = []
    connection = await connect(urls.owner)
    try:
        tables = await connection.fetch(
            """
            SELECT relname FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            """
        )
        for (table,) in tables:
            rows += await connection.fetch(f"SELECT t::text FROM {table} t")
        assert await connection.fetchval(
            "SELECT count(*) FROM idempotency_keys WHERE sealed IS NOT NULL"
        ) >= len(handed.routes)
    finally:
        await connection.close()
    text = "\n".join(row["t"] for row in rows)
    assert _found(handed.key_ids, text)
    assert _found(handed.forms | {keys.partition(":")[2]}, text) == set()


def _found(words: set[str], text: str) -> set[str]:
    return {word for word in words if word in text}
