"""Every method of every client is called against a real server, and every answer is one that the document promises."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.sdk.callers import ClientSettings, RawAnswer
from tests.sdk.every_method import Tour
from tests.support.documented import Documented
from tests.support.fault_proxy import Exchange, FaultProxy
from tests.support.installation import EVERYTHING

if TYPE_CHECKING:
    from tests.sdk.conftest import OpenCaller
    from tests.support.installation import Installation, Key
    from tests.support.serving import Service


@pytest.fixture(scope="module")
def document(spare_server: Service) -> dict[str, Any]:
    found: dict[str, Any] = httpx2.get(
        f"{spare_server.base_url}/openapi.json", trust_env=False, timeout=60
    ).json()
    return found


async def keys_of(spare: Installation) -> tuple[Key, str]:
    """A key of a new partner for everything, and the token of an administrator."""
    admin = await spare.operator("admin")
    key = await spare.key(await spare.partner(), *EVERYTHING)
    return key, admin["Authorization"].removeprefix("Bearer ")


async def test_every_method_once(
    spare_server: Service, spare: Installation, document: dict[str, Any], open_caller: OpenCaller
) -> None:
    key, token = await keys_of(spare)
    with FaultProxy(spare_server.port) as proxy:
        partner = await open_caller(ClientSettings(proxy.base_url, key.text))
        operator = await open_caller(ClientSettings(proxy.base_url, token, "operator"))
        test_key = await spare.key(
            await spare.test_tenant(key.wallet), "webhooks:read", "webhooks:write", env="test"
        )
        sandbox = await open_caller(ClientSettings(proxy.base_url, test_key.text))
        await Tour(partner, sandbox, operator, spare, key.wallet).run()

        by_hand = {"jobs.wait", "events.follow"}
        assert await partner.methods() - by_hand == names_of(document, "/v1/")
        assert await operator.methods() == names_of(document, "/ops/v1/")
        assert await partner.methods() - partner.called - sandbox.called == set()
        assert await operator.methods() - operator.called == set()
        for caller in (partner, sandbox, operator):
            await caller.close()
        documented = Documented(document)
        for exchange in proxy.exchanges:
            documented.check(response_of(exchange))


async def test_the_whole_answer_of_each_kind_of_method(
    spare_server: Service, spare: Installation, open_caller: OpenCaller
) -> None:
    key, token = await keys_of(spare)
    partner = await open_caller(ClientSettings(spare_server.base_url, key.text))
    operator = await open_caller(ClientSettings(spare_server.base_url, token, "operator"))
    limited = await spare.key(await spare.partner(tier="standard"), "projects:read")
    outsider = await open_caller(ClientSettings(spare_server.base_url, limited.text))

    me = await partner.raw("whoami")
    assert_raw(me, 200)
    assert me.rate_limit["endpointClass"] == "read-light"
    child = await partner.raw("organizations.create", name="Raw")
    assert_raw(child, 201)
    page = await partner.raw("organizations.list", limit=1)
    assert_raw(page, 200)
    assert page.data["items"] == [child.data]
    assert_raw(await operator.raw("organizations.list", limit=1), 200)

    projects = await outsider.raw("projects.list")
    assert_raw(projects, 200)
    assert projects.rate_limit["limit"] == 120
    assert projects.rate_limit["remaining"] == 119
    assert 0 <= projects.rate_limit["reset"] <= 60


def assert_raw(answer: RawAnswer, status: int) -> None:
    assert answer.status == status
    assert answer.request_id == answer.headers["x-request-id"]
    assert answer.headers["content-type"] == "application/json"


def names_of(document: dict[str, Any], prefix: str) -> set[str]:
    """The names that the document gives the methods of one API."""
    return {
        operation["x-sdk"]
        for path, operations in document["paths"].items()
        if path.startswith(prefix)
        for operation in operations.values()
    }


def response_of(exchange: Exchange) -> httpx2.Response:
    assert exchange.status is not None
    response = httpx2.Response(
        exchange.status,
        headers=exchange.answer_headers,
        content=exchange.answer_body,
        request=httpx2.Request(exchange.method, f"http://localhost{exchange.path}"),
    )
    # Only a client knows.
    response.elapsed = timedelta(0)
    return response
