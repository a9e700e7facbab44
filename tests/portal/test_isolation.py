"""A session of the portal reaches nothing of another organization, and nothing of the console."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from tests.contract.route_table import ROUTES
from tests.support.console import sign_in
from tests.support.installation import EVERYTHING, handle, now
from tests.support.portal import HEADERS, open_portal
from tests.support.webhooks import add_delivery, add_endpoint

from partner_api.ids import format_id, new_ulid

if TYPE_CHECKING:
    import httpx2
    from tests.support.console import Operator
    from tests.support.installation import Installation
    from tests.support.tenants import Wallet

PAGES = [name for name in ROUTES if name.split(" ")[1].startswith("/portal")]
NAMING = [name for name in PAGES if "{" in name and "{link}" not in name]
CONSOLE = [
    name
    for name in ROUTES
    if name.split(" ")[1].startswith("/console") and not re.search(r"sign-in|\.", name)
]
OUTSIDERS = ["another partner", "another partner's child", "a sibling", "the partner"]
OUTSIDERS += ["the test environment"]


@dataclass
class World:
    """Somebody whose things are asked for, and the sessions of everybody else."""

    victim: Wallet
    ids: dict[str, str]
    visitors: dict[str, Operator]


@pytest_asyncio.fixture(scope="module")
async def world(installation: Installation, local_api: httpx2.AsyncClient) -> World:
    """One victim for all tests of this module: nothing that they do may change it."""
    family = await installation.family(prepaid=1_000, cash_cents=15_000)
    await installation.lease(family.child, handle(), at=now())
    job = await installation.finished_job(family.child)
    endpoint_id = await add_endpoint(installation, family.child)
    delivery_id = await add_delivery(installation, family.child, endpoint_id)
    stranger = await installation.family(prepaid=1_000)
    test_tenant = await installation.test_tenant(family.partner)
    test_key = await installation.key(test_tenant, *EVERYTHING, env="test")
    headers = {
        "itself": family.child_key.headers,
        "another partner": stranger.partner_key.headers,
        "another partner's child": stranger.child_key.headers,
        "a sibling": family.partner_key.acting_for(family.sibling),
        "the partner": family.partner_key.headers,
        "the test environment": test_key.headers,
    }
    return World(
        family.child,
        {
            "jobId": format_id("job", job.job_id),
            "endpointId": str(endpoint_id),
            "deliveryId": str(delivery_id),
        },
        {name: await open_portal(local_api, key) for name, key in headers.items()},
    )


def fill(name: str, ids: dict[str, str]) -> tuple[str, str]:
    """The method and the path of a route, about these ids."""
    method, template = name.split(" ")
    return method, re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], template)


async def ask(
    client: httpx2.AsyncClient, visitor: Operator, name: str, ids: dict[str, str]
) -> tuple[int, str]:
    """What a page or a form answers about these ids: its status and what it says."""
    method, path = fill(name, ids)
    fields = {"idempotencyKey": str(uuid4()), "form": "replay", "page": "/portal"}
    answer = await client.request(
        method, path, headers=visitor.headers, data=fields if method == "POST" else None
    )
    # The ids that were asked for, and that of the request, are all that may differ.
    said = re.sub(r"req_\w+", "", answer.text)
    for one in ids.values():
        said = said.replace(one, "")
    return answer.status_code, said


def test_there_are_pages_that_name_something() -> None:
    assert len(NAMING) >= 4
    assert len(CONSOLE) >= 4


@pytest.mark.parametrize("outsider", OUTSIDERS)
@pytest.mark.parametrize("name", NAMING)
async def test_what_is_another_s_looks_as_if_it_did_not_exist(
    local_api: httpx2.AsyncClient, world: World, outsider: str, name: str
) -> None:
    nobody = {"endpointId": str(uuid4()), "deliveryId": str(uuid4())}
    nobody["jobId"] = format_id("job", UUID(int=new_ulid(now()).int))
    visitor = world.visitors[outsider]
    asked = await ask(local_api, visitor, name, world.ids)
    assert asked == await ask(local_api, visitor, name, nobody)
    assert asked[0] == 404


@pytest.mark.parametrize("outsider", OUTSIDERS)
@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("GET")])
async def test_no_page_says_anything_of_another(
    local_api: httpx2.AsyncClient, world: World, outsider: str, name: str
) -> None:
    """Also with parameters of the address that name what is another's."""
    if "{link}" in name:
        return
    project = format_id("prj", world.victim.project_id)
    organization = format_id("org", world.victim.organization_id)
    _, path = fill(name, world.ids)
    answer = await local_api.get(
        path,
        params={"projectId": project, "organizationId": organization, "orgId": organization},
        headers={**world.visitors[outsider].headers, "X-Layers-Organization": organization},
    )
    for one in (*world.ids.values(), project):
        # What was asked for may stand in the address of a form.
        assert one not in re.sub(r'(action|value|href)="[^"]*"', "", answer.text)


@pytest.mark.parametrize("name", NAMING)
async def test_its_own_are_there(local_api: httpx2.AsyncClient, world: World, name: str) -> None:
    if name.startswith("GET"):
        status, _ = await ask(local_api, world.visitors["itself"], name, world.ids)
        assert status == 200


@pytest.mark.parametrize("name", NAMING)
async def test_a_delivery_is_found_below_its_own_endpoint_alone(
    local_api: httpx2.AsyncClient, installation: Installation, world: World, name: str
) -> None:
    if "{deliveryId}" not in name:
        return
    other = await add_endpoint(installation, world.victim)
    status, _ = await ask(
        local_api, world.visitors["itself"], name, {**world.ids, "endpointId": str(other)}
    )
    assert status == 404


@pytest.mark.parametrize("name", CONSOLE)
async def test_the_console_knows_no_session_of_the_portal(
    local_api: httpx2.AsyncClient, world: World, name: str
) -> None:
    method, template = name.split(" ")
    path = re.sub(r"\{\w+\}", "x", template)
    own = world.visitors["the partner"].headers["Cookie"]
    for cookie in (own, own.replace("_portal", "_console")):
        answer = await local_api.request(method, path, headers={**HEADERS, "Cookie": cookie})
        assert answer.status_code in (401, 303), answer.text
        assert "/console/sign-out" not in answer.text


@pytest.mark.parametrize("name", [name for name in PAGES if "." not in name and "open" not in name])
async def test_the_portal_knows_no_session_of_the_console(
    local_api: httpx2.AsyncClient, installation: Installation, world: World, name: str
) -> None:
    operator = await sign_in(local_api, installation)
    own = operator.headers["Cookie"]
    assert "_console" in own
    method, path = fill(name, world.ids)
    for cookie in (own, own.replace("_console", "_portal")):
        answer = await local_api.request(method, path, headers={**HEADERS, "Cookie": cookie})
        said = "Signed out" if path.endswith("sign-out") else "session"
        assert said in answer.text
        assert answer.status_code == (200 if path.endswith("sign-out") else 401)


async def test_a_session_is_no_key_and_no_token(
    local_api: httpx2.AsyncClient, world: World
) -> None:
    session = world.visitors["the partner"].headers["Cookie"].partition("=")[2]
    for path in ("/v1/credits", "/ops/v1/organizations"):
        answer = await local_api.get(path, headers={"Authorization": f"Bearer {session}"})
        assert answer.status_code == 401


async def test_nobody_changed_anything_of_the_victim_s(
    installation: Installation, world: World
) -> None:
    replays = await installation.owner.fetchval(
        "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND event_type = $2",
        world.victim.tenant_id,
        "webhook_delivery.replayed",
    )
    assert replays == 0
