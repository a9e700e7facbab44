"""Everything that hands out a secret, done once on a server, and what was said meanwhile."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2
from tests.support.answers import granted
from tests.support.installation import EVERYTHING
from tests.support.serving import layers

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls


SECRET = re.compile(
    r"(?:lp_live|lp_test|lp[a-z])_([0-9A-Z]{16}(?:[0-9A-Z]{18})?)_([\w-]{43})|whsec_([\w+/=-]+)"
)
_SESSION = re.compile(r"lps_([0-9A-Z]{16})_([\w-]{43})")
ORGANIZATIONS = "/ops/v1/organizations"


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
            elif secret.endswith("="):
                found.add(base64.b64decode(secret).hex())
        return found


class Client:
    """Asks, and notes what is handed out."""

    def __init__(self, http: httpx2.AsyncClient, handed: Handed) -> None:
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
        found = SECRET.findall(first.text)
        assert found, f"{route} hands out no secret"
        self._handed.routes.add(route)
        self._handed.key_ids |= {key_id for key_id, _, _ in found if key_id}
        self._handed.secrets |= {secret or signing for _, secret, signing in found}
        return answer

    async def sign_in(self, link: dict[str, Any], token: str) -> None:
        """Use a link, once more than it can be, and look at pages in its session."""
        origin = {"Origin": f"http://{self._http.base_url.netloc.decode()}"}
        used = await self._http.post(link["url"], headers=origin)
        assert used.status_code == 303, used.text
        ((key_id, secret),) = _SESSION.findall(used.headers["Set-Cookie"])
        self._handed.key_ids.add(key_id)
        self._handed.secrets.add(secret)
        cookie = {"Cookie": used.headers["Set-Cookie"].partition(";")[0], **origin}
        self._http.cookies.clear()
        for path in ("/console/sessions", "/console/no-such-page"):
            await self.ask("GET", path, token, headers=cookie)
        await self.ask("POST", link["url"], token, headers=origin)
        await self.ask("GET", link["url"], token)
        await self.ask("POST", "/console/sign-out", token, headers=cookie)

    async def ask(self, method: str, path: str, token: str, **request: Any) -> httpx2.Response:
        """Ask for something without one."""
        headers = {"Authorization": f"Bearer {token}", **request.pop("headers", {})}
        response = await self._http.request(method, path, headers=headers, **request)
        self._handed.others.append(f"{response.headers}\n{response.text}")
        return response


async def first_operator(urls: DatabaseUrls, keys: str, handed: Handed) -> str:
    made = layers(
        "ops",
        "bootstrap",
        DATABASE_URL=urls.app,
        LAYERS_SECRET_KEYS=keys,
        LAYERS_DEVELOPMENT="true",
    )
    assert made.returncode == 0, made.stderr
    token = made.stdout.strip()
    ((key_id, secret, _),) = SECRET.findall(token)
    handed.key_ids.add(key_id)
    handed.secrets.add(secret)
    handed.others.append(made.stderr)
    return token


async def run_of(client: Client, handed: Handed, admin: str) -> None:
    made = await client.hand_out(
        "POST /ops/v1/operators", admin, {"name": "Robin", "role": "operator"}
    )
    operator = made["operator"]["id"]
    rotated = await client.hand_out(
        "POST /ops/v1/operators/{operatorId}/rotate", admin, operatorId=operator
    )
    token = token_of(rotated)
    await client.sign_in(await client.hand_out("POST /ops/v1/sign-in-links", token, {}), token)
    partner = (await client.ask("POST", ORGANIZATIONS, token, json={"name": "Acme"})).json()["id"]
    body = {"name": "Main", "scopes": list(EVERYTHING)}
    route = "POST /ops/v1/organizations/{orgId}/api-keys"
    key = token_of(await client.hand_out(route, token, body, orgId=partner))
    child = (await client.ask("POST", "/v1/organizations", key, json={"name": "Child"})).json()
    route = "POST /v1/organizations/{orgId}/api-keys"
    of_child = {"name": "Child's", "scopes": ["*"]}
    await client.hand_out(route, key, {**of_child, "env": "test"}, orgId=child["id"])
    minted = await client.hand_out(route, key, of_child, orgId=child["id"])
    child_key, key_id = token_of(minted), minted["apiKey"]["id"]
    route = "POST /v1/organizations/{orgId}/api-keys/{keyId}/rotate"
    rotated = await client.hand_out(route, key, orgId=child["id"], keyId=key_id)
    # Itself: the key that it has superseded may not.
    replaced = await client.hand_out(
        "POST /v1/api-keys/{keyId}/rotate", token_of(rotated), keyId=rotated["apiKey"]["id"]
    )
    await client.hand_out("POST /v1/portal-sessions", key, {})
    await client.hand_out("POST /ops/v1/sign-in-links", admin, {})
    signing_secrets = await endpoint_of(client, key)
    for text in (admin, token, key, child_key, token_of(replaced), *signing_secrets):
        await misuse(client, text, key)
    await client.ask("POST", f"/v1/api-keys/{rotated['apiKey']['id']}/kill", key)
    await client.ask("DELETE", f"/v1/organizations/{child['id']}/api-keys/{key_id}", key)
    await client.ask("POST", f"/ops/v1/operators/{operator}/revoke", admin)
    await client.ask("GET", "/v1/audit-log", key)
    await client.ask("GET", f"/v1/organizations/{child['id']}/api-keys", key)
    await client.ask("GET", f"{ORGANIZATIONS}/{partner}/api-keys", admin)
    await client.ask("GET", "/ops/v1/operators", admin)


async def endpoint_of(client: Client, key: str) -> list[str]:
    """Create an endpoint, rotate its secret, and ask for whatever tells of it; return its secrets."""
    endpoints = "/v1/webhook-endpoints"
    body = {"url": "https://hooks.example.test/", "events": ["*"]}
    made = await client.hand_out(f"POST {endpoints}", key, body)
    endpoint = made["endpoint"]["id"]
    rotated = await client.hand_out(
        f"POST {endpoints}/{{endpointId}}/rotate-secret", key, endpointId=endpoint
    )
    path = f"{endpoints}/{endpoint}"
    await client.ask("PATCH", path, key, json={"description": "Mine"})
    sent = (await client.ask("POST", f"{path}/test", key)).json()
    for asked in (endpoints, path, f"{path}/deliveries", "/v1/events"):
        await client.ask("GET", asked, key)
    await client.ask("GET", f"/v1/webhook-deliveries/{sent['deliveryId']}", key)
    await client.ask("DELETE", path, key)
    return [made["signingSecret"], rotated["signingSecret"]]


async def misuse(client: Client, text: str, key: str) -> None:
    """Put a secret where none belongs, in ways that are all refused."""
    secret = text.rpartition("_")[2] if text.count("_") in (1, 3) else text[-43:]
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


def token_of(answer: dict[str, Any]) -> str:
    (found,) = [
        value for value in answer.values() if isinstance(value, str) and SECRET.fullmatch(value)
    ]
    return found
