"""What is another's does not exist: for every route, for every kind of caller who may not."""

from __future__ import annotations

import json
import re
from ipaddress import IPv4Address
from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from tests.contract.named_ids import Ids
from tests.contract.route_table import (
    KEY_ROUTES,
    OPERATOR_ROUTES,
    ROUTES,
    ForKeys,
    Public,
    served_routes,
)
from tests.contract.strangers import (
    CHILDREN,
    MAY,
    NAMING_ROUTES,
    OF_PARTNERS,
    ROLES,
    SCOPES,
    TEST_ENVIRONMENT,
    World,
)
from tests.support.answers import refused, without_request_id
from tests.support.installation import EVERYTHING, handle, now
from tests.support.statements import recorded
from tests.support.webhooks import add_delivery, add_endpoint

from partner_api.events.store import publish
from partner_api.ids import format_id, parse_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.documented import Documented
    from tests.support.installation import Installation, Key

    from partner_api.edge.asgi import Edge


_ADDRESSES = count(int(IPv4Address("10.0.0.1")))


@pytest_asyncio.fixture
async def local_api(
    local_api: httpx2.AsyncClient, application: Edge
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with an address of its own for each test: one address may only fail so often in a minute."""
    transport = httpx2.ASGITransport(application, client=(str(IPv4Address(next(_ADDRESSES))), 1))
    async with httpx2.AsyncClient(transport=transport, base_url=local_api.base_url) as client:
        yield client


@pytest_asyncio.fixture(scope="module")
async def world(installation: Installation) -> World:
    """One victim for all tests of this module: nothing that they do may change it."""
    victim = await installation.family(prepaid=1000, cash_cents=15_000)
    (leased,) = await installation.lease(victim.child, handle(), at=now())
    request_id = await installation.lease_request(victim.child)
    job = await installation.finished_job(victim.child)
    stranger = await installation.family(prepaid=1000)
    test_tenant = await installation.test_tenant(victim.partner)
    # Of something that does not happen here: sending and trying again would change rows.
    endpoint_id = await add_endpoint(installation, victim.child, events=["job.failed"])
    delivery_id = await add_delivery(installation, victim.child, endpoint_id)
    return World(
        victim,
        Ids(
            victim.child.organization_id,
            victim.child.project_id,
            victim.child_key.key_id,
            parse_id("sa", leased),
            request_id,
            job.job_id,
            job.container_id,
            job.asset_id,
            endpoint_id,
            delivery_id,
        ),
        Ids(victim.partner.organization_id, victim.partner.project_id, victim.partner_key.key_id),
        {
            "another partner": stranger.partner,
            "another partner's child": stranger.child,
            "a sibling": victim.sibling,
            TEST_ENVIRONMENT: test_tenant,
        },
    )


@pytest_asyncio.fixture
async def callers(installation: Installation, world: World) -> dict[str, Key]:
    """A new key of each outsider, which may do everything: a test key may not ask very often."""
    return {
        name: await installation.key(
            wallet, *EVERYTHING, env="test" if name == TEST_ENVIRONMENT else "live"
        )
        for name, wallet in world.outsiders.items()
    }


async def ask(
    local_api: httpx2.AsyncClient, name: str, ids: Ids, headers: dict[str, str]
) -> httpx2.Response:
    """Send the request of a route's line, about these ids."""
    use = ROUTES[name]
    method, _, template = name.partition(" ")
    body = None if isinstance(use, Public) else use.body
    content = None if body is None else ids.fill(json.dumps(body))
    if method != "GET":
        headers = {**headers, "Idempotency-Key": str(uuid4())}
    return await local_api.request(method, ids.fill(template), content=content, headers=headers)


def nobody() -> Ids:
    return Ids(uuid4(), uuid4(), uuid4())


def test_every_route_is_in_the_table(application: Edge) -> None:
    """A new route needs a line in `route_table.py`, and with it come the tests below."""
    assert served_routes(application) == set(ROUTES)


@pytest.mark.parametrize("name", [name for name, use in ROUTES.items() if isinstance(use, Public)])
async def test_a_public_route_needs_no_key(local_api: httpx2.AsyncClient, name: str) -> None:
    use = ROUTES[name]
    assert isinstance(use, Public)
    assert (await ask(local_api, name, nobody(), {})).status_code == use.status


@pytest.mark.parametrize("name", [*KEY_ROUTES, *OPERATOR_ROUTES])
async def test_no_key(
    local_api: httpx2.AsyncClient, documented: Documented, world: World, name: str
) -> None:
    """Whatever else is wrong with a request: without a key, nothing of it is read."""
    method, _, template = name.partition(" ")
    unreadable = {b"Idempotency-Key": b"\xff", b"X-Layers-Organization": b"\xff"}
    nowhere = f"{re.sub('{.*?}', '-', template)}?cursor=%00&limit=x"
    for answer in (
        await ask(local_api, name, world.child, {}),
        await local_api.request(method, nowhere, content=b"\xff", headers=unreadable),
    ):
        assert refused(answer, "UNAUTHENTICATED") == {}
        documented.check(answer)


@pytest.mark.parametrize("name", KEY_ROUTES)
async def test_an_operator_s_token_is_no_key(
    local_api: httpx2.AsyncClient, installation: Installation, world: World, name: str
) -> None:
    headers = await installation.operator("admin")
    refused(await ask(local_api, name, world.child, headers), "UNAUTHENTICATED")


@pytest.mark.parametrize("name", OPERATOR_ROUTES)
async def test_a_key_is_no_operator_s_token(
    local_api: httpx2.AsyncClient, world: World, name: str
) -> None:
    headers = world.victim.partner_key.headers
    refused(await ask(local_api, name, world.child, headers), "UNAUTHENTICATED")


@pytest.mark.parametrize("name", [name for name, use in KEY_ROUTES.items() if use.scope])
async def test_every_scope_but_the_right_one(
    local_api: httpx2.AsyncClient, installation: Installation, world: World, name: str
) -> None:
    use = KEY_ROUTES[name]
    others = [scope for scope in SCOPES if scope != use.scope]
    if use.scope == "org:admin":
        others.append("*")
    for scopes in (others, []):
        key = await installation.key(world.victim.partner, *scopes)
        details = refused(await ask(local_api, name, world.child, key.headers), "FORBIDDEN_SCOPE")
        assert details == {"requiredScope": use.scope}


@pytest.mark.parametrize("name", OPERATOR_ROUTES)
async def test_every_role_that_is_too_small(
    local_api: httpx2.AsyncClient, installation: Installation, world: World, name: str
) -> None:
    role = OPERATOR_ROUTES[name].role
    for other in set(ROLES) - MAY[role]:
        headers = await installation.operator(other)
        details = refused(await ask(local_api, name, world.child, headers), "FORBIDDEN_SCOPE")
        assert details == {"requiredScope": role}


@pytest.mark.parametrize("name", NAMING_ROUTES)
async def test_what_is_another_s_and_what_is_nobody_s_look_the_same(
    local_api: httpx2.AsyncClient,
    world: World,
    callers: dict[str, Key],
    name: str,
) -> None:
    """The same bytes, but for the request id, and the same statements to find it out."""
    for caller, key in callers.items():
        seen = set()
        for ids in (nobody(), world.child, world.partner):
            with recorded() as statements:
                response = await ask(local_api, name, ids, key.headers)
            code = "NOT_FOUND"
            if name == "POST /v1/organizations/migrate" and caller in CHILDREN:
                code = "VALIDATION"
            details = refused(response, code)
            assert code == "VALIDATION" or details == {}
            assert statements
            seen.add((without_request_id(response), *statements))
        assert len(seen) == 1, f"{caller}: {seen}"


@pytest.mark.parametrize(
    "name", [name for name in KEY_ROUTES if "{orgId}" in name and "{keyId}" in name]
)
async def test_a_key_is_found_under_its_own_organization_only(
    local_api: httpx2.AsyncClient, installation: Installation, world: World, name: str
) -> None:
    sibling_key = await installation.key(world.victim.sibling, "*")
    ids = Ids(world.child.organization, world.child.project, sibling_key.key_id)
    refused(await ask(local_api, name, ids, world.victim.partner_key.headers), "NOT_FOUND")


@pytest.mark.parametrize("name", KEY_ROUTES)
async def test_acting_for_another_s_child(
    local_api: httpx2.AsyncClient, world: World, callers: dict[str, Key], name: str
) -> None:
    """On every route the header is checked, also where it would change nothing."""
    for key in callers.values():
        bodies = set()
        for child in (world.child.organization, world.partner.organization, uuid4()):
            headers = {**key.headers, "X-Layers-Organization": format_id("org", child)}
            response = await ask(local_api, name, world.child, headers)
            assert refused(response, "NOT_FOUND") == {}
            bodies.add(without_request_id(response))
        assert len(bodies) == 1


@pytest.mark.parametrize(
    "name", [name for name in KEY_ROUTES if name.startswith("GET ") and name not in NAMING_ROUTES]
)
async def test_a_list_has_nothing_of_another_s_in_it(
    local_api: httpx2.AsyncClient, world: World, callers: dict[str, Key], name: str
) -> None:
    for ids in (world.child, world.partner):
        for caller, key in callers.items():
            response = await ask(local_api, name, nobody(), key.headers)
            if name in OF_PARTNERS and caller in CHILDREN:
                refused(response, "NOT_FOUND")
            text = json.dumps(response.json())
            assert str(ids.project) not in text
            assert str(ids.key) not in text
            related = caller in ("a sibling", TEST_ENVIRONMENT)
            assert related or str(ids.organization) not in text


@pytest.mark.parametrize("name", KEY_ROUTES)
async def test_a_suspended_organization_s_key(
    local_api: httpx2.AsyncClient, installation: Installation, name: str
) -> None:
    """Of the organization itself and, when that is a partner, of its children."""
    family = await installation.family()
    ids = Ids(family.child.organization_id, family.child.project_id, family.child_key.key_id)
    child_key = await installation.key(family.child, *EVERYTHING)
    await installation.set_status(family.child, "suspended")
    response = await ask(local_api, name, ids, child_key.headers)
    assert refused(response, "KILL_SWITCH") == {"scope": "organization"}
    await installation.set_status(family.partner, "suspended")
    sibling_key = await installation.key(family.sibling, *EVERYTHING)
    for key in (family.partner_key, sibling_key):
        response = await ask(local_api, name, ids, key.headers)
        assert refused(response, "KILL_SWITCH") == {"scope": "organization"}


@pytest.mark.parametrize("name", KEY_ROUTES)
async def test_a_killed_key(
    local_api: httpx2.AsyncClient, installation: Installation, world: World, name: str
) -> None:
    key = await installation.key(world.victim.sibling, kill_switch=True)
    response = await ask(local_api, name, world.child, key.headers)
    assert refused(response, "KILL_SWITCH") == {"scope": "key"}


async def test_nobody_changed_anything_of_the_victim_s(
    local_api: httpx2.AsyncClient, installation: Installation, world: World, callers: dict[str, Key]
) -> None:
    """Every write of every caller who may not, and then the victim's rows, all of them."""
    await _publish_events_of(installation, world.victim.partner.tenant_id)
    before = await _rows_of(installation, world.victim.partner.tenant_id)
    for name, use in KEY_ROUTES.items():
        if name.startswith("GET ") or not isinstance(use, ForKeys):
            continue
        for caller, key in callers.items():
            if name in NAMING_ROUTES or caller == "another partner":
                for ids in (world.child, world.partner):
                    response = await ask(local_api, name, ids, key.headers)
                    assert response.status_code >= 400 or name not in NAMING_ROUTES
    assert await _rows_of(installation, world.victim.partner.tenant_id) == before


async def _publish_events_of(installation: Installation, tenant_id: int) -> None:
    """Publish what the server would, which changes rows."""
    async with installation.pool.acquire() as connection:
        while (await publish(connection, tenant_id, now(), 500)).events:
            pass


async def _rows_of(installation: Installation, tenant_id: int) -> dict[str, str]:
    """A digest of each table's rows of a tenant, but for what is noted of uses and refusals."""
    tables = await installation.owner.fetch(
        """
        SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND NOT c.relispartition AND a.attname = 'tenant_id' AND NOT a.attisdropped
        """
    )
    digests = {}
    for (table,) in tables:
        digests[table] = await installation.owner.fetchval(
            f"""
            SELECT md5(coalesce(string_agg(row, '|' ORDER BY row), '')) FROM (
                SELECT (to_jsonb(t) - 'last_used_at')::text AS row FROM {table} t
                 WHERE tenant_id = $1
                   AND coalesce(to_jsonb(t) ->> 'event_type', '') NOT LIKE 'auth.%') rows
            """,
            tenant_id,
        )
    assert {"organizations", "api_keys", "projects", "wallets", "audit_events"} <= set(digests)
    return digests
