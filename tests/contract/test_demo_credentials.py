"""What the demo made, and whatever was made with it, is good in development mode and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import bearer, granted, refused, without_request_id
from tests.support.installation import EVERYTHING, org_id

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation, Key

OPS = "/ops/v1/operators"


class Doors:
    """One database behind two servers: `open` is in development mode, `closed` is not."""

    def __init__(self, open_: httpx2.AsyncClient, closed: httpx2.AsyncClient) -> None:
        self.open = open_
        self.closed = closed

    async def admit(self, secret: str) -> bool:
        """Return whether both servers let a secret in; the one in development mode always has to.

        A refusal is the same to the last byte as that of a secret that never was.
        """
        path = OPS if secret.startswith("lpo_") else "/v1/whoami"
        granted(await self.open.get(path, headers=bearer(secret)))
        answer = await self.closed.get(path, headers=bearer(secret))
        if answer.status_code == 200:
            return True
        unknown = await self.closed.get(path, headers=bearer(secret[:-10] + "0123456789"))
        assert refused(answer, "UNAUTHENTICATED") == {}
        assert without_request_id(answer) == without_request_id(unknown)
        assert set(answer.headers) == set(unknown.headers)
        return False

    async def made(self, method: str, path: str, by: dict[str, str], **body: Any) -> str:
        """The secret that a request to the server in development mode makes."""
        answer = await self.open.request(method, path, headers=by, json=body or None)
        assert answer.status_code in (200, 201), answer.text
        secret: str = answer.json()["secret"]
        return secret


def secret_of(headers: dict[str, str]) -> str:
    return headers["Authorization"].removeprefix("Bearer ")


def new_key(env: str = "live") -> dict[str, Any]:
    return {"name": "Server", "scopes": ["*"], "env": env}


def new_operator() -> dict[str, Any]:
    return {"name": f"Robin {uuid4().hex[:8]}", "role": "admin"}


@pytest.fixture
def doors(api: httpx2.AsyncClient, local_api: httpx2.AsyncClient) -> Doors:
    return Doors(api, local_api)


@pytest.fixture
async def demo_key(installation: Installation, family: Family) -> Key:
    """The demo's key of the family's partner."""
    return await installation.key(family.partner, *EVERYTHING, demo=True)


@pytest.fixture
async def demo_admin(installation: Installation) -> dict[str, str]:
    """What authenticates the demo's operator."""
    return await installation.operator("admin", demo=True)


@pytest.fixture
async def admin(installation: Installation) -> dict[str, str]:
    """What authenticates an operator that is not the demo's."""
    return await installation.operator("admin")


async def test_they_are_refused_outside_development_mode(
    doors: Doors, family: Family, demo_key: Key, demo_admin: dict[str, str], admin: dict[str, str]
) -> None:
    assert not await doors.admit(demo_key.text)
    assert not await doors.admit(secret_of(demo_admin))
    assert await doors.admit(family.partner_key.text)
    assert await doors.admit(secret_of(admin))


async def test_a_killed_one_does_not_say_that_it_is_killed(
    doors: Doors, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.partner, demo=True, kill_switch=True)
    refused(await doors.open.get("/v1/whoami", headers=key.headers), "KILL_SWITCH")
    refused(await doors.closed.get("/v1/whoami", headers=key.headers), "UNAUTHENTICATED")


@pytest.mark.parametrize("env", ["live", "test"])
async def test_a_child_s_key_that_it_mints(
    doors: Doors, family: Family, demo_key: Key, env: str
) -> None:
    path = f"/v1/organizations/{org_id(family.child)}/api-keys"
    assert not await doors.admit(await doors.made("POST", path, demo_key.headers, **new_key(env)))
    by = family.partner_key.headers
    assert await doors.admit(await doors.made("POST", path, by, **new_key(env)))


async def test_a_key_that_it_rotates_in_place(
    doors: Doors, installation: Installation, family: Family, demo_key: Key
) -> None:
    """Itself; and another, of which it then has the secret."""
    other = await installation.key(family.partner, "*")
    secret = demo_key.text
    for key in (other, demo_key):
        path = f"/v1/api-keys/{format_id('key', key.key_id)}/rotate"
        secret = await doors.made("POST", path, demo_key.headers)
        assert not await doors.admit(secret)


async def test_one_that_another_rotates_in_place(
    doors: Doors, family: Family, demo_key: Key
) -> None:
    path = f"/v1/api-keys/{format_id('key', demo_key.key_id)}/rotate"
    assert not await doors.admit(await doors.made("POST", path, family.partner_key.headers))


@pytest.mark.parametrize(
    ("marked", "by_demo", "admitted"),
    [(False, False, True), (False, True, False), (True, False, False), (True, True, False)],
)
async def test_the_successor_of_a_child_s_key(
    doors: Doors,
    installation: Installation,
    family: Family,
    demo_key: Key,
    *,
    marked: bool,
    by_demo: bool,
    admitted: bool,
) -> None:
    old = await installation.key(family.child, "*", demo=marked)
    path = (
        f"/v1/organizations/{org_id(family.child)}/api-keys/{format_id('key', old.key_id)}/rotate"
    )
    by = demo_key if by_demo else family.partner_key
    assert await doors.admit(await doors.made("POST", path, by.headers)) is admitted


@pytest.mark.parametrize("env", ["live", "test"])
async def test_a_partner_s_key_that_its_operator_mints(
    doors: Doors,
    family: Family,
    demo_admin: dict[str, str],
    admin: dict[str, str],
    env: str,
) -> None:
    path = f"/ops/v1/organizations/{org_id(family.partner)}/api-keys"
    assert not await doors.admit(await doors.made("POST", path, demo_admin, **new_key(env)))
    assert await doors.admit(await doors.made("POST", path, admin, **new_key(env)))


async def test_an_operator_that_its_operator_makes(
    doors: Doors, demo_admin: dict[str, str], admin: dict[str, str]
) -> None:
    made = await doors.made("POST", OPS, demo_admin, **new_operator())
    assert not await doors.admit(made)
    assert not await doors.admit(await doors.made("POST", OPS, bearer(made), **new_operator()))
    assert await doors.admit(await doors.made("POST", OPS, admin, **new_operator()))


@pytest.mark.parametrize(
    ("marked", "by_demo", "admitted"),
    [(False, False, True), (False, True, False), (True, False, False), (True, True, False)],
)
async def test_an_operator_that_is_rotated(
    doors: Doors,
    demo_admin: dict[str, str],
    admin: dict[str, str],
    *,
    marked: bool,
    by_demo: bool,
    admitted: bool,
) -> None:
    maker = demo_admin if marked else admin
    made = granted(await doors.open.post(OPS, json=new_operator(), headers=maker), 201)
    path = f"{OPS}/{made['operator']['id']}/rotate"
    by = demo_admin if by_demo else admin
    assert await doors.admit(await doors.made("POST", path, by)) is admitted
