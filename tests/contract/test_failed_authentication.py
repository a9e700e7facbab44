"""An address that fails to authenticate too often: refused before any look-up, but for known keys.

Everything here holds for counters in memory and for those that several servers share.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NamedTuple

import httpx2
import pytest
from tests.support.answers import bearer, granted, refused
from tests.support.edges import running
from tests.support.installation import EVERYTHING, Key, now
from tests.support.statements import listening, recorded

from partner_api.app import create_app
from partner_api.edge.identity.credentials import mint_api_key, mint_operator_token
from partner_api.edge.limits import rate_limits
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.support.counters import Store
    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Installation
    from tests.support.serving import Service

LIMIT = 4
WHOAMI = "/v1/whoami"
OPS = "/ops/v1/organizations"


class Pair(NamedTuple):
    """Clients of two applications that count together, or twice of the same one."""

    one: httpx2.AsyncClient
    two: httpx2.AsyncClient


@pytest.fixture(params=["memory", "shared"])
async def pair(
    request: pytest.FixtureRequest,
    server: Service,
    served_urls: DatabaseUrls,
    secret_keys_text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Pair]:
    """They allow four failures a minute, and their statements can be recorded."""
    assert not server.ended
    assert rate_limits.FAILED_AUTHENTICATIONS_PER_MINUTE == 300
    monkeypatch.setattr(rate_limits, "FAILED_AUTHENTICATIONS_PER_MINUTE", LIMIT)
    settings = {
        "DATABASE_URL": served_urls.app,
        "LAYERS_SECRET_KEYS": secret_keys_text,
        "LAYERS_LOG_LEVEL": "error",
        "LAYERS_DATABASE_POOL_SIZE": "2",
    }
    async with AsyncExitStack() as stack:
        stack.enter_context(listening())
        if request.param == "memory":
            client = await stack.enter_async_context(running(create_app(load_settings(settings))))
            yield Pair(client, client)
            return
        store: Store = request.getfixturevalue("store")
        # The address is the same in every test: each begins with nothing counted.
        store.stop()
        store.start()
        settings["LAYERS_RATE_LIMIT_URL"] = store.url
        yield Pair(
            *[
                await stack.enter_async_context(running(create_app(load_settings(settings))))
                for _ in range(2)
            ]
        )


def unknown_key() -> dict[str, str]:
    return bearer(mint_api_key(7, "live").text)


def unknown_operator() -> dict[str, str]:
    return bearer(mint_operator_token().text)


async def key_of(installation: Installation) -> Key:
    return await installation.key(await installation.partner(tier="internal"), *EVERYTHING)


async def fail(pair: Pair, times: int = LIMIT) -> None:
    """Fail to authenticate, at both in turn."""
    for number in range(times):
        refused(await pair[number % 2].get(WHOAMI, headers=unknown_key()), "UNAUTHENTICATED")


async def limited(client: httpx2.AsyncClient, path: str, headers: dict[str, str]) -> Sequence[str]:
    """Hold an answer to being 429; the statements that it took."""
    with recorded() as statements:
        response = await client.get(path, headers=headers)
    assert refused(response, "RATE_LIMITED") == {"limit": "failed_authentication"}
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert not [name for name in response.headers if name.startswith("x-ratelimit")]
    return statements


async def test_whatever_the_route_and_the_reason_every_failure_counts(
    pair: Pair, installation: Installation
) -> None:
    key = await key_of(installation)
    killed = await installation.key(key.wallet, kill_switch=True)
    # A killed key is known: it does not count here.
    for _ in range(LIMIT + 2):
        refused(await pair.one.get(WHOAMI, headers=killed.headers), "KILL_SWITCH")
    attempts = [
        (pair.one, WHOAMI, {}),
        (pair.two, WHOAMI, bearer(f"{key.text[:-2]}xx")),
        (pair.one, OPS, {}),
        (pair.two, OPS, bearer("lpo_x")),
    ]
    assert len(attempts) == LIMIT
    for client, path, headers in attempts:
        refused(await client.get(path, headers=headers), "UNAUTHENTICATED")
    for client, path, headers in attempts:
        assert await limited(client, path, headers) == []


async def test_an_address_over_its_limit_costs_no_look_up(
    pair: Pair, installation: Installation
) -> None:
    key, operator = await key_of(installation), await installation.operator("viewer")
    await fail(pair)
    attempts = [
        (WHOAMI, {}),
        (WHOAMI, bearer("nobody")),
        (WHOAMI, unknown_key()),
        (WHOAMI, bearer(f"{key.text[:-2]}xx")),
        (WHOAMI, key.headers),
        (OPS, {}),
        (OPS, unknown_operator()),
        (OPS, operator),
    ]
    for client in pair:
        for path, headers in attempts:
            assert await limited(client, path, headers) == [], (path, headers)


async def test_below_the_limit_an_unknown_key_is_looked_up(pair: Pair) -> None:
    """Or the statements would not have been listened to."""
    with recorded() as statements:
        refused(await pair.one.get(WHOAMI, headers=unknown_key()), "UNAUTHENTICATED")
    assert len(statements) == 1
    with recorded() as statements:
        refused(await pair.one.get(OPS, headers=unknown_operator()), "UNAUTHENTICATED")
    assert len(statements) == 1


async def test_a_key_that_was_good_lately_goes_on_from_a_limited_address(
    pair: Pair, installation: Installation
) -> None:
    key, operator = await key_of(installation), await installation.operator("viewer")
    granted(await pair.one.get(WHOAMI, headers=key.headers))
    granted(await pair.one.get(OPS, headers=operator))
    await fail(pair)
    for path, headers, table in ((WHOAMI, key.headers, "api_keys"), (OPS, operator, "operators")):
        for _ in range(2):
            with recorded() as statements:
                granted(await pair.one.get(path, headers=headers))
            assert table in statements[0], "it is looked up like any other"
        assert await limited(pair.one, path, unknown_key()) == []
    # The secret of another key with a known id is no known key.
    assert await limited(pair.one, WHOAMI, bearer(f"{key.text[:-2]}xx")) == []


@pytest.mark.parametrize("table", ["api_keys", "operators"])
async def test_what_was_revoked_meanwhile_is_looked_up_once_and_forgotten(
    pair: Pair, installation: Installation, table: str
) -> None:
    if table == "api_keys":
        path, headers = WHOAMI, (await key_of(installation)).headers
        keyid = headers["Authorization"].split("_")[2]
    else:
        path, headers = OPS, await installation.operator("viewer")
        keyid = headers["Authorization"].split("_")[1]
    granted(await pair.one.get(path, headers=headers))
    await fail(pair)
    granted(await pair.one.get(path, headers=headers))
    changed = await installation.owner.execute(
        f"UPDATE {table} SET revoked_at = $1 WHERE keyid = $2", now(), keyid
    )
    assert changed == "UPDATE 1"
    assert len(await limited(pair.one, path, headers)) == 1
    assert await limited(pair.one, path, headers) == []


async def test_a_killed_key_that_was_good_lately_still_hears_why(
    pair: Pair, installation: Installation
) -> None:
    key = await key_of(installation)
    granted(await pair.one.get(WHOAMI, headers=key.headers))
    await fail(pair)
    await installation.owner.execute(
        "UPDATE api_keys SET kill_switch = true WHERE id = $1", key.key_id
    )
    for _ in range(2):
        refused(await pair.one.get(WHOAMI, headers=key.headers), "KILL_SWITCH")


async def test_at_once_exactly_as_many_fail_as_may(pair: Pair) -> None:
    answers = await asyncio.gather(
        *(pair[number % 2].get(WHOAMI, headers=unknown_key()) for number in range(3 * LIMIT))
    )
    assert sorted(answer.status_code for answer in answers) == [401] * LIMIT + [429] * (2 * LIMIT)


async def test_an_ipv6_network_is_one_address(pair: Pair) -> None:
    """Who has one address of it has them all."""
    application = pair.one._transport.app  # type: ignore[attr-defined]
    answers = []
    for host in (*(f"2001:db8:0:1::{number}" for number in range(LIMIT + 1)), "2001:db8:0:2::1"):
        transport = httpx2.ASGITransport(application, client=(host, 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            answers.append((await client.get(WHOAMI, headers=unknown_key())).status_code)
    assert answers == [401] * LIMIT + [429, 401]
