"""What a read is about comes with the key, in one round trip, and is nobody's before the secret is verified."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.support.edges import (
    Family,
    add_key,
    add_operator,
    error_of,
    issues_of,
    make_edge,
    running,
)
from tests.support.statements import listening, recorded
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.clock import Clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2
    from tests.support.databases import DatabaseUrls
    from tests.support.edges import Owner

    from partner_api.database.connection import Connection

ACTING = "X-Layers-Organization"
CREDITS = 987_654_321
CHILD_CREDITS = 123_454_321


@pytest_asyncio.fixture(scope="module")
async def client(database_urls: DatabaseUrls) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application whose statements can be listened to, and which logs everything."""
    with listening():
        async with running(make_edge(database_urls, LAYERS_LOG_LEVEL="debug")) as client:
            yield client


@pytest.fixture
async def family(connection: Connection) -> Family:
    """A new partner and a new child of it, whose periods are not over."""
    now = Clock().now()
    partner = await make_partner(connection, now=now, prepaid=CREDITS + CHILD_CREDITS)
    child = await make_child(connection, partner, now=now, prepaid=CHILD_CREDITS)
    return Family(
        await add_key(connection, partner, ["*", "org:admin"]),
        await add_key(connection, child, ["*", "org:admin"]),
    )


def _path(family: Family, template: str) -> str:
    return template.format(child=family.child.organization_id)


def _inside(family: Family) -> dict[str, str]:
    return {**family.partner.headers, ACTING: str(family.child.organization_id)}


def _spoilt(owner: Owner) -> dict[str, str]:
    """The key with a secret that is wrong in one character."""
    other = "Q" if owner.key[-1] != "Q" else "Z"
    return {"Authorization": f"Bearer {owner.key[:-1]}{other}"}


@pytest.mark.parametrize(
    ("template", "round_trips"),
    [
        ("/v1/credits", 1),
        ("/v1/organizations/{child}/credits", 1),
        ("/v1/organizations/org_{child}/credits", 1),
        ("/v1/organizations/{child}/credit-config", 1),
        ("/v1/whoami", 1),
        # What they read beside the wallet is one more, or two.
        ("/v1/credits/events", 2),
        ("/v1/credits/events/verify", 2),
        ("/v1/organizations/{child}/credits/events", 2),
        ("/v1/organizations/{child}/credits/events/verify", 2),
        ("/v1/organizations/{child}", 3),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_wallet_comes_with_the_key(
    client: httpx2.AsyncClient, family: Family, method: str, template: str, round_trips: int
) -> None:
    with recorded() as statements:
        response = await client.request(
            method, _path(family, template), headers=family.partner.headers
        )
    assert response.status_code == 200, response.text
    assert len(statements) == round_trips


@pytest.mark.parametrize(
    ("path", "round_trips"),
    [("/v1/credits", 1), ("/v1/whoami", 1), ("/v1/thing", 1), ("/v1/projects", 2)],
)
async def test_the_child_that_the_header_names_comes_with_the_key(
    client: httpx2.AsyncClient, family: Family, path: str, round_trips: int
) -> None:
    with recorded() as statements:
        response = await client.get(path, headers=_inside(family))
    assert response.status_code == 200, response.text
    assert len(statements) == round_trips


async def test_each_wallet_is_the_one_that_is_asked_for(
    client: httpx2.AsyncClient, family: Family
) -> None:
    own = (await client.get("/v1/credits", headers=family.partner.headers)).json()
    assert own["organizationId"] == f"org_{family.partner.organization_id}"
    assert own["balance"] == CREDITS
    path = _path(family, "/v1/organizations/{child}/credits")
    by_path = await client.get(path, headers=family.partner.headers)
    by_header = await client.get("/v1/credits", headers=_inside(family))
    by_itself = await client.get("/v1/credits", headers=family.child.headers)
    assert by_path.json() == by_header.json() == by_itself.json()
    assert by_path.json()["organizationId"] == f"org_{family.child.organization_id}"
    assert by_path.json()["balance"] == CHILD_CREDITS


async def test_a_handler_that_asks_for_another_wallet_gets_that(
    client: httpx2.AsyncClient, family: Family
) -> None:
    path = _path(family, "/v1/organizations/{child}/other-wallet")
    response = await client.get(path, headers=family.partner.headers)
    assert response.json() == {"number": CREDITS}


async def test_a_write_looks_its_child_up_when_its_body_has_arrived(
    client: httpx2.AsyncClient, family: Family
) -> None:
    body = {"name": "x", "credits": 1}
    with recorded() as statements:
        response = await client.post("/v1/things", json=body, headers=_inside(family))
    assert response.status_code == 201, response.text
    assert "asked (tenant_id, keyid, position)" in statements[0]
    assert "asked (tenant_id, parent_id, id, position)" in statements[1]


# Before the secret is verified ------------------------------------------------------------------


@pytest.mark.parametrize("template", ["/v1/credits", "/v1/organizations/{child}/credits"])
async def test_a_wrong_secret_shows_nothing_and_changes_nothing(
    client: httpx2.AsyncClient,
    connection: Connection,
    capfd: pytest.CaptureFixture[str],
    template: str,
) -> None:
    """The wallets have a rollover due, which whoever reads them would write."""
    partner = await make_partner(connection, now=NOON, prepaid=CREDITS + CHILD_CREDITS)
    child = await make_child(connection, partner, now=NOON, prepaid=CHILD_CREDITS)
    key = await add_key(connection, partner, ["*", "org:admin"])
    family = Family(key, await add_key(connection, child, ["*"]))
    path = _path(family, template)
    before = await _stored(connection, family)
    stranger = error_of(await client.get(path))
    with recorded() as statements:
        response = await client.get(path, headers=_spoilt(key))
    assert response.status_code == 401
    error = error_of(response)
    assert (error["code"], error["message"]) == (stranger["code"], stranger["message"])
    assert "details" not in error
    assert len(statements) == 1
    assert await _stored(connection, family) == before
    captured = capfd.readouterr()
    shown = response.text + str(response.headers) + captured.out + captured.err
    assert "401" in captured.err
    for secret in (str(CREDITS), str(CHILD_CREDITS), str(child.organization_id), key.key):
        assert secret not in shown
    # The same request with the right secret is what writes it.
    assert (await client.get(path, headers=key.headers)).status_code == 200
    assert await _stored(connection, family) != before


async def test_a_secret_of_another_key_is_no_way_to_a_wallet(
    client: httpx2.AsyncClient, connection: Connection, family: Family
) -> None:
    now = Clock().now()
    stranger = await add_key(connection, await make_partner(connection, now=now), ["org:admin"])
    start = len("lp_live_") + 16
    mixed = {"Authorization": f"Bearer {family.partner.key[:start]}{stranger.key[start:]}"}
    path = _path(family, "/v1/organizations/{child}/credits")
    assert (await client.get(path, headers=mixed)).status_code == 401


async def _stored(connection: Connection, family: Family) -> list[object]:
    rows = await connection.fetch(
        "SELECT * FROM wallets WHERE tenant_id = $1 ORDER BY organization_id",
        family.partner.wallet.tenant_id,
    )
    return [tuple(row.values()) for row in rows]


# After it ---------------------------------------------------------------------------------------


async def test_no_key_reads_the_wallet_of_what_is_not_its_child(
    client: httpx2.AsyncClient, connection: Connection, family: Family
) -> None:
    """What is elsewhere looks and costs like what is nowhere."""
    now = Clock().now()
    stranger = await make_partner(connection, now=now)
    strangers_child = await make_child(connection, stranger, now=now)
    sibling = await make_child(connection, family.partner.wallet, now=now)
    partners, childs = family.partner.headers, family.child.headers
    asked = [
        *((partners, one.organization_id) for one in (stranger, strangers_child)),
        (partners, family.partner.organization_id),
        (partners, uuid4()),
        *((childs, one.organization_id) for one in (sibling, stranger, strangers_child)),
        *((childs, one.organization_id) for one in (family.child, family.partner)),
        (childs, uuid4()),
    ]
    answers = set()
    for headers, organization_id in asked:
        for path, more in (
            (f"/v1/organizations/{organization_id}/credits", {}),
            ("/v1/credits", {ACTING: str(organization_id)}),
        ):
            with recorded() as statements:
                response = await client.get(path, headers={**headers, **more})
            assert response.status_code == 404
            request_id = error_of(response)["requestId"]
            answers.add((response.content.replace(request_id.encode(), b""), len(statements)))
    assert len(answers) == 1


async def test_no_key_reads_the_wallet_of_its_child_s_child(
    client: httpx2.AsyncClient,
    connection: Connection,
    owner_connection: Connection,
    family: Family,
) -> None:
    """There is none; if there were, it would be 404."""
    child = await make_child(connection, family.partner.wallet, now=Clock().now())
    move = "UPDATE organizations SET parent_id = $1 WHERE id = $2"
    await owner_connection.execute(move, family.child.organization_id, child.organization_id)
    try:
        for path, more in (
            (f"/v1/organizations/{child.organization_id}/credits", {}),
            ("/v1/credits", {ACTING: str(child.organization_id)}),
        ):
            response = await client.get(path, headers={**family.partner.headers, **more})
            assert response.status_code == 404
    finally:
        await owner_connection.execute(move, family.partner.organization_id, child.organization_id)


async def test_a_header_and_a_path_that_name_two_organizations(
    client: httpx2.AsyncClient, connection: Connection, family: Family
) -> None:
    sibling = await make_child(connection, family.partner.wallet, now=Clock().now())
    for organization_id in (family.child.organization_id, sibling.organization_id):
        path = f"/v1/organizations/{organization_id}/credits"
        response = await client.get(path, headers=_inside(family))
        assert response.status_code == 404


@pytest.mark.parametrize("template", ["/v1/organizations/{child}/credits", "/v1/credits"])
async def test_what_is_refused_shows_nothing_of_the_wallet(
    client: httpx2.AsyncClient, connection: Connection, family: Family, template: str
) -> None:
    """By its scope, by its syntax, and above its limit."""
    key = await add_key(connection, family.partner.wallet, ["*"])
    acting = {ACTING: str(family.child.organization_id)}
    path = _path(family, template)
    response = await client.get(path, headers={**key.headers, **acting})
    assert (response.status_code, error_of(response)["code"]) == (403, "FORBIDDEN_SCOPE")
    assert str(CHILD_CREDITS) not in response.text
    for value in ("nonsense", f"prj_{family.child.organization_id}"):
        headers = {**family.partner.headers, ACTING: value}
        assert set(issues_of(await client.get(path, headers=headers))) == {ACTING}
    limited = await add_key(connection, family.partner.wallet, ["org:admin"], env="test")
    for _ in range(60):
        assert (await client.get(path, headers=limited.headers)).status_code == 200
    with recorded() as statements:
        response = await client.get(path, headers=limited.headers)
    assert (response.status_code, error_of(response)["code"]) == (429, "RATE_LIMITED")
    assert error_of(response)["details"] == {"limit": "read-light"}
    assert not any(str(number) in response.text for number in (CREDITS, CHILD_CREDITS))
    assert len(statements) == 1


@pytest.mark.parametrize("status", ["suspended", "archived"])
async def test_the_child_s_status_is_that_of_the_same_instant(
    client: httpx2.AsyncClient, owner_connection: Connection, family: Family, status: str
) -> None:
    await owner_connection.execute(
        "UPDATE organizations SET status = $1, "
        "archived_at = CASE WHEN $1 = 'archived' THEN updated_at END, "
        "reclaimed_credits = CASE WHEN $1 = 'archived' THEN 0 END, "
        "revoked_api_keys = CASE WHEN $1 = 'archived' THEN 0 END, "
        "released_leased_accounts = CASE WHEN $1 = 'archived' THEN 0 END WHERE id = $2",
        status,
        family.child.organization_id,
    )
    for path, headers in (
        (_path(family, "/v1/organizations/{child}/credits"), family.partner.headers),
        ("/v1/credits", _inside(family)),
    ):
        with recorded() as statements:
            response = await client.get(path, headers=headers)
        assert response.status_code == 503
        error = error_of(response)
        assert (error["code"], error["details"]) == ("KILL_SWITCH", {"scope": "organization"})
        assert len(statements) == 1


async def test_a_period_that_is_over_ends_at_the_read(
    client: httpx2.AsyncClient, connection: Connection
) -> None:
    partner = await make_partner(connection, now=NOON, prepaid=CREDITS)
    key = await add_key(connection, partner, ["*"])
    with recorded() as statements:
        first = (await client.get("/v1/credits", headers=key.headers)).json()
    assert len(statements) > 1
    with recorded() as statements:
        second = (await client.get("/v1/credits", headers=key.headers)).json()
    assert len(statements) == 1
    assert first == second
    assert first["currentPeriod"]["end"] > Clock().now().isoformat()


async def test_a_wallet_that_cannot_be_rolled_over_hurts_whoever_reads_it(
    client: httpx2.AsyncClient, connection: Connection, owner_connection: Connection
) -> None:
    partners = [await make_partner(connection, now=NOON, prepaid=CREDITS) for _ in range(4)]
    await owner_connection.execute(
        "UPDATE wallets SET included_remaining = 7, last_sequence = last_sequence - 1 WHERE organization_id = $1",
        partners[0].organization_id,
    )
    keys = [await add_key(connection, partner, ["*"]) for partner in partners]
    answers = await asyncio.gather(
        *(client.get("/v1/credits", headers=key.headers) for key in keys)
    )
    assert [answer.status_code for answer in answers] == [500, 200, 200, 200]
    # Who it is can still be asked, and what does not read the wallet still works.
    assert (await client.get("/v1/thing", headers=keys[0].headers)).status_code == 200


# Together ---------------------------------------------------------------------------------------


async def test_requests_at_the_same_time_share_round_trips_and_nothing_else(
    client: httpx2.AsyncClient, connection: Connection, family: Family
) -> None:
    now = Clock().now()
    others = [
        await add_key(connection, await make_partner(connection, now=now, prepaid=1 + at), ["*"])
        for at in range(20)
    ]
    path = _path(family, "/v1/organizations/{child}/credits")
    with recorded() as statements:
        answers = await asyncio.gather(
            client.get(path, headers=family.partner.headers),
            client.get(path, headers=_spoilt(family.partner)),
            client.get("/v1/thing", headers=family.child.headers),
            *(client.get("/v1/credits", headers=other.headers) for other in others),
        )
    assert [answer.status_code for answer in answers] == [200, 401, *[200] * 21]
    assert answers[0].json()["balance"] == CHILD_CREDITS
    assert [answer.json()["balance"] for answer in answers[3:]] == list(range(1, 21))
    assert len(statements) < len(answers)


async def test_operators_are_looked_up_together(
    client: httpx2.AsyncClient, connection: Connection
) -> None:
    tokens = [await add_operator(connection, "finance") for _ in range(12)]
    with recorded() as statements:
        answers = await asyncio.gather(
            *(
                client.get("/ops/v1/report", headers={"Authorization": f"Bearer {token}"})
                for token in tokens
            )
        )
    names = [f"finance {token.split('_')[1]}" for token in tokens]
    assert [answer.json()["name"] for answer in answers] == names
    assert len(statements) < len(tokens)
