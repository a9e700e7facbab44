"""A partner inside a child: by header, as if the child had called."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.edges import add_key, error_of, issues_of
from tests.support.tenants import make_child, make_partner

if TYPE_CHECKING:
    import httpx2
    from tests.support.edges import Family

    from partner_api.database.connection import Connection

HEADER = "X-Layers-Organization"

SOME_ID = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


def _inside(family: Family, organization_id: object) -> dict[str, str]:
    return {**family.partner.headers, HEADER: f"org_{organization_id}"}


async def test_the_child_is_who_calls_and_the_key_stays_the_partners(
    client: httpx2.AsyncClient, family: Family, owner_connection: Connection
) -> None:
    response = await client.post(
        "/v1/things",
        json={"name": "x", "credits": 1},
        headers=_inside(family, family.child.organization_id),
    )
    assert response.status_code == 201, response.text
    assert response.json()["organizationId"] == str(family.child.organization_id)
    row = await owner_connection.fetchrow(
        "SELECT * FROM audit_events WHERE tenant_id = $1 AND request_id = $2",
        family.child.wallet.tenant_id,
        response.headers["X-Request-Id"],
    )
    assert row is not None
    assert row["organization_id"] == family.child.organization_id
    assert row["api_key_id"] == family.partner.key_id
    assert (row["actor"], row["event_type"], row["details"]) == (
        "partner_api",
        "thing.created",
        {"name": "x"},
    )


async def test_a_bare_uuid_will_do(client: httpx2.AsyncClient, family: Family) -> None:
    headers = {**family.partner.headers, HEADER: str(family.child.organization_id)}
    assert (await client.get("/v1/thing", headers=headers)).status_code == 200


async def test_it_needs_administration(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    key = await add_key(connection, family.partner.wallet, ["*"])
    for value in (str(family.child.organization_id), "nonsense"):
        response = await client.get("/v1/thing", headers={**key.headers, HEADER: value})
        assert response.status_code == 403
        assert error_of(response)["details"] == {"requiredScope": "org:admin"}


@pytest.mark.parametrize("value", ["", "nonsense", f"prj_{SOME_ID}", f"{SOME_ID},{SOME_ID}"])
async def test_a_malformed_organization_is_invalid(
    client: httpx2.AsyncClient, family: Family, value: str
) -> None:
    headers = {**family.partner.headers, HEADER: value}
    assert set(issues_of(await client.get("/v1/thing", headers=headers))) == {HEADER}


async def test_two_organizations_at_a_time_are_invalid(
    client: httpx2.AsyncClient, family: Family
) -> None:
    twice = [*family.partner.headers.items(), *[(HEADER, str(family.child.organization_id))] * 2]
    assert set(issues_of(await client.get("/v1/thing", headers=twice))) == {HEADER}


async def test_who_is_no_direct_child_looks_the_same_as_who_does_not_exist(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    stranger = await make_partner(connection)
    strangers_child = await make_child(connection, stranger)
    answers = set()
    for organization_id in (
        uuid4(),
        family.partner.organization_id,
        stranger.organization_id,
        strangers_child.organization_id,
    ):
        response = await client.get("/v1/thing", headers=_inside(family, organization_id))
        assert response.status_code == 404
        request_id = error_of(response)["requestId"]
        answers.add(response.content.replace(request_id.encode(), b""))
    # By path it is the same again.
    response = await client.get(
        f"/v1/organizations/{strangers_child.organization_id}/thing", headers=family.partner.headers
    )
    answers.add(response.content.replace(error_of(response)["requestId"].encode(), b""))
    assert len(answers) == 1


async def test_a_sibling_is_out_of_a_childs_reach(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    sibling = await make_child(connection, family.partner.wallet)
    # Even with a scope that no child's key is given.
    key = await add_key(connection, family.child.wallet, ["*", "org:admin"])
    headers = {**key.headers, HEADER: str(sibling.organization_id)}
    assert (await client.get("/v1/thing", headers=headers)).status_code == 404


# The second section of the contract: what works for a child in which state.
@pytest.mark.parametrize(
    ("status", "works"),
    [
        ("active", {"/v1/thing", "/v1/wallet-thing", "/v1/ledger-thing", "POST"}),
        ("suspended", {"/v1/thing", "/v1/ledger-thing"}),
        ("archived", {"/v1/ledger-thing"}),
    ],
)
async def test_a_childs_state_decides_what_works(
    client: httpx2.AsyncClient,
    family: Family,
    owner_connection: Connection,
    status: str,
    works: set[str],
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
    headers = _inside(family, family.child.organization_id)
    found = set()
    for path in ("/v1/thing", "/v1/wallet-thing", "/v1/ledger-thing", "POST"):
        if path == "POST":
            body = {"name": "x", "credits": 1}
            response = await client.post("/v1/things", json=body, headers=headers)
        else:
            response = await client.get(path, headers=headers)
        if response.is_success:
            found.add(path)
        else:
            assert response.status_code == 503
            assert error_of(response)["details"] == {"scope": "organization"}
    assert found == works


async def test_an_operator_has_no_use_for_the_header(
    client: httpx2.AsyncClient, connection: Connection
) -> None:
    from tests.support.edges import add_operator

    token = await add_operator(connection, "admin")
    headers = {"Authorization": f"Bearer {token}", HEADER: str(uuid4())}
    assert (await client.get("/ops/v1/report", headers=headers)).status_code == 200
