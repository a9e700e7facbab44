"""`/ops/v1/sessions`: who is signed in to the console, and ending that."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.support.answers import granted, refused
from tests.support.console import Operator, sign_in_with
from tests.support.holding import holding_rows

from partner_api.ids import parse_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

PATH = "/ops/v1/sessions"


async def signed_in(
    api: httpx2.AsyncClient, headers: dict[str, str], times: int = 1
) -> list[Operator]:
    token = headers["Authorization"].removeprefix("Bearer ")
    return [await sign_in_with(api, token) for _ in range(times)]


async def listed(
    api: httpx2.AsyncClient, headers: dict[str, str], **query: Any
) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = granted(await api.get(PATH, params=query, headers=headers))[
        "items"
    ]
    return items


async def test_an_operator_sees_and_ends_their_own(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    viewer = await installation.operator("viewer")
    first, second = await signed_in(local_api, viewer, 2)
    newest, oldest = await listed(local_api, viewer)
    assert newest["id"] > oldest["id"]
    assert newest["status"] == oldest["status"] == "active"
    assert (newest["current"], newest["endedAt"]) == (False, None)
    for _ in range(2):
        ended = granted(await local_api.post(f"{PATH}/{oldest['id']}/end", headers=viewer))
        assert ended["status"] == "ended"
    await first.get("/console/sessions", status=401)
    await second.get("/console/sessions")
    (left,) = await listed(local_api, viewer, status="active")
    assert left["id"] == newest["id"]


async def test_nobody_but_an_admin_sees_or_ends_those_of_others(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    owner, other = [await installation.operator("viewer") for _ in range(2)]
    admin = await installation.operator("admin")
    (operator,) = await signed_in(local_api, owner)
    (session,) = await listed(local_api, owner)
    whose = {"operatorId": session["operatorId"]}
    assert await listed(local_api, other) == []
    for query in (whose, {"allOperators": "true"}):
        answer = await local_api.get(PATH, params=query, headers=other)
        assert refused(answer, "FORBIDDEN_SCOPE") == {"requiredScope": "admin"}
    refused(await local_api.post(f"{PATH}/{session['id']}/end", headers=other), "NOT_FOUND")
    answer = await local_api.post(f"{PATH}/end", json=whose, headers=other)
    assert refused(answer, "FORBIDDEN_SCOPE") == {"requiredScope": "admin"}
    await operator.get("/console/sessions")
    assert await listed(local_api, admin, **whose) == [session]
    assert session in await listed(local_api, admin, allOperators="true", limit=100)
    assert granted(await local_api.post(f"{PATH}/end", json=whose, headers=admin)) == {"ended": 1}
    await operator.get("/console/sessions", status=401)


async def test_all_but_one_are_ended(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    viewer = await installation.operator("viewer")
    *others, last = await signed_in(local_api, viewer, 3)
    kept = (await listed(local_api, viewer))[0]["id"]
    body = {"exceptSessionId": kept}
    assert granted(await local_api.post(f"{PATH}/end", json=body, headers=viewer)) == {"ended": 2}
    for operator in others:
        await operator.get("/console/sessions", status=401)
    await last.get("/console/sessions")
    assert granted(await local_api.post(f"{PATH}/end", json={}, headers=viewer)) == {"ended": 1}


async def test_a_session_whose_token_was_rotated_is_shown_as_revoked(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    admin = await installation.operator("admin")
    await signed_in(local_api, admin)
    (session,) = await listed(local_api, admin)
    path = f"/ops/v1/operators/{session['operatorId']}/rotate"
    made = granted(await local_api.post(path, headers=admin))
    fresh = {"Authorization": f"Bearer {made['secret']}"}
    (session,) = await listed(local_api, fresh)
    assert (session["status"], session["endedAt"]) == ("revoked", None)
    assert await listed(local_api, fresh, status="active") == []


async def test_a_session_that_was_ended_while_its_request_waited_lets_nobody_in(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    admin = await installation.operator("admin")
    (operator,) = await signed_in(local_api, admin)
    form = await operator.form("/console/operators", "operator")
    (session,) = await listed(local_api, admin)
    async with (
        installation.owner.acquire() as owner,
        holding_rows(
            owner,
            "SELECT FROM operators WHERE id = $1 FOR UPDATE",
            parse_id("opr", session["operatorId"]),
        ) as held,
    ):
        late = asyncio.create_task(operator.send(form, name="Somebody", role="admin"))
        await held.until_waited_for()
        ended = await owner.execute(
            "UPDATE operator_sessions SET ended_at = now() WHERE id = $1",
            parse_id("ses", session["id"]),
        )
        assert ended == "UPDATE 1"
    assert (await late).status_code == 401
    names = await installation.owner.fetchval(
        "SELECT count(*) FROM operators WHERE name = 'Somebody'"
    )
    assert names == 0
