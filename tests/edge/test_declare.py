"""What may be declared, and the order of checks: of several faults, the first of the contract's list wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.edges import add_key, error_of, issues_of

from partner_api.edge.application import RouteTable
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.records import RecordedTransaction
from partner_api.edge.identity.scopes import ANY_KEY, PUBLIC, requires_role
from partner_api.edge.request.uploads import UploadRule

if TYPE_CHECKING:
    import httpx2
    from tests.support.edges import Family

    from partner_api.database.connection import Connection

SOME_ID = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


async def test_each_check_comes_in_its_turn(
    client: httpx2.AsyncClient,
    family: Family,
    connection: Connection,
    owner_connection: Connection,
) -> None:
    """Begin with everything wrong, and put one thing right at a time."""
    key = await add_key(connection, family.partner.wallet, ["jobs:read"])
    child_id = family.child.organization_id
    await connection.execute("UPDATE api_keys SET kill_switch = true WHERE id = $1", key.key_id)
    await owner_connection.execute(
        "UPDATE organizations SET status = 'suspended' WHERE id = $1", child_id
    )
    path = "/v1/organizations/nonsense/secrets"
    headers = {"X-Layers-Organization": "nonsense", "Idempotency-Key": "k" * 256}

    async def code() -> str:
        error = error_of(await client.post(path, headers=headers))
        return str(error["code"])

    assert await code() == "UNAUTHENTICATED"
    headers |= key.headers
    assert await code() == "KILL_SWITCH"
    await connection.execute("UPDATE api_keys SET kill_switch = false WHERE id = $1", key.key_id)
    assert await code() == "FORBIDDEN_SCOPE"
    await connection.execute("UPDATE api_keys SET scopes = '{org:admin}' WHERE id = $1", key.key_id)
    response = await client.post(path, headers=headers)
    assert set(issues_of(response)) == {"orgId", "X-Layers-Organization", "Idempotency-Key"}
    path = f"/v1/organizations/{uuid4()}/secrets"
    headers["X-Layers-Organization"] = str(uuid4())
    del headers["Idempotency-Key"]
    assert await code() == "IDEMPOTENCY_REQUIRED"
    headers["Idempotency-Key"] = "first"
    assert await code() == "NOT_FOUND"
    headers["X-Layers-Organization"] = str(child_id)
    error = error_of(await client.post(path, headers=headers))
    assert (error["code"], error["details"]) == ("KILL_SWITCH", {"scope": "organization"})
    await owner_connection.execute(
        "UPDATE organizations SET status = 'active' WHERE id = $1", child_id
    )
    assert (await client.post(path, headers=headers)).status_code == 201


async def test_the_routes_scope_comes_before_that_of_the_header(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    key = await add_key(connection, family.partner.wallet, ["jobs:read"])
    headers = {**key.headers, "X-Layers-Organization": "nonsense"}
    error = error_of(await client.post("/v1/things", headers=headers))
    assert error["details"] == {"requiredScope": "projects:write"}


@pytest.mark.parametrize(
    "text", ["nonsense", "prj_", f"org_{SOME_ID}", "a%00b", "%ff", "prj_01K0EMRPVYF88W1S7F6X9MPQ0R"]
)
async def test_a_malformed_project_is_absent(
    client: httpx2.AsyncClient, family: Family, text: str
) -> None:
    response = await client.get(f"/v1/projects/{text}/things", headers=family.partner.headers)
    assert response.status_code == 404
    assert error_of(response)["code"] == "NOT_FOUND"


async def test_a_malformed_project_does_not_hide_a_malformed_query(
    client: httpx2.AsyncClient, family: Family
) -> None:
    response = await client.get(
        "/v1/projects/nonsense/things?limit=0", headers=family.partner.headers
    )
    assert set(issues_of(response)) == {"limit"}


@pytest.mark.parametrize("text", ["nonsense", "a%00b", f"prj_{SOME_ID}", "%ff"])
async def test_a_malformed_organization_is_invalid(
    client: httpx2.AsyncClient, family: Family, text: str
) -> None:
    response = await client.get(f"/v1/organizations/{text}/thing", headers=family.partner.headers)
    assert set(issues_of(response)) == {"orgId"}


async def test_an_id_is_accepted_with_and_without_prefix(
    client: httpx2.AsyncClient, family: Family
) -> None:
    for text in (f"org_{family.child.organization_id}", str(family.child.organization_id)):
        response = await client.get(
            f"/v1/organizations/{text}/thing", headers=family.partner.headers
        )
        assert response.status_code == 200, response.text


async def test_words_in_a_path_are_bounded(client: httpx2.AsyncClient, family: Family) -> None:
    headers = family.partner.headers
    assert (await client.get("/v1/words/w%C3%B6rd", headers=headers)).json() == {"word": "wörd"}
    for text in ("a%00b", "a" * 256):
        assert (await client.get(f"/v1/words/{text}", headers=headers)).status_code == 404


async def test_a_deadlock_is_tried_once_more(client: httpx2.AsyncClient, family: Family) -> None:
    from tests.support import sample

    sample.DEADLOCKS.clear()
    body = {"name": "once", "credits": 5}
    response = await client.post("/v1/things", json=body, headers=family.partner.headers)
    assert response.status_code == 201, response.text
    sample.DEADLOCKS.clear()
    response = await client.get("/v1/deadlock", headers=family.partner.headers)
    assert error_of(response)["code"] == "UNAVAILABLE"
    assert len(sample.DEADLOCKS) == 2


async def _plain() -> dict[str, str]:
    """Do nothing."""
    return {}


async def _with_connection(connection: Connection) -> dict[str, str]:
    """Do nothing, in a transaction."""
    return {}


async def _with_transaction(transaction: RecordedTransaction) -> dict[str, str]:
    """Do nothing, and then nothing in a transaction."""
    return {}


@pytest.mark.parametrize(
    ("handler", "declared", "fault"),
    [
        (_plain, {}, "a GET runs as READ"),
        (_plain, {"runs": Runs.READ}, "a GET runs as READ"),
        (_plain, {"runs": Runs.TRANSACTION}, "`connection`"),
        (_with_connection, {"runs": Runs.MONEY}, "`connection`"),
        (_with_connection, {"runs": Runs.UNRECORDED}, "`connection`"),
        (_plain, {"runs": Runs.DEFERRED}, "`transaction`"),
        (_with_transaction, {"runs": Runs.MONEY}, "`transaction`"),
        (_with_connection, {"runs": Runs.TRANSACTION, "replays": dict}, "for MONEY"),
        (_plain, {"runs": Runs.UNRECORDED, "replays": dict}, "for MONEY"),
        (_plain, {"runs": Runs.MONEY, "secret_answer": True}, "encrypts"),
        (_plain, {"runs": Runs.UNRECORDED, "secret_answer": True}, "encrypts"),
        (_plain, {"runs": Runs.UNRECORDED, "idempotency_required": True}, "no record"),
        (_plain, {"runs": Runs.MONEY, "wallet": True}, "by a GET"),
        (_plain, {"runs": Runs.UNRECORDED, "waits": True}, "runs as DEFERRED"),
    ],
)
def test_a_write_whose_declaration_contradicts_itself_is_refused(
    handler: Any, declared: dict[str, Any], fault: str
) -> None:
    with pytest.raises(TypeError, match=fault):
        Routes("T").write("POST", "/v1/things", sdk="things.retrieve", access=ANY_KEY, **declared)(
            handler
        )


@pytest.mark.parametrize(
    "declared",
    [
        {"runs": Runs.MONEY},
        {"runs": Runs.UNRECORDED},
        {"long_running": True},
        {"idempotency_required": True},
        {"uploads": UploadRule(("text/csv",), 1, streamed=True)},
    ],
)
def test_a_read_takes_nothing_that_is_for_writes(declared: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="/v1/things"):
        Routes("T").read("/v1/things", sdk="things.retrieve", access=ANY_KEY, **declared)(_plain)


def test_a_wallet_is_read_with_an_api_key_only() -> None:
    declared = (
        ("/ops/v1/things", requires_role("viewer"), "things.retrieve"),
        ("/things", PUBLIC, ""),
    )
    for path, access, sdk in declared:
        with pytest.raises(TypeError, match="together with an API key"):
            Routes("T").read(path, sdk=sdk, access=access, wallet=True)(_plain)


@pytest.mark.parametrize("name", ["", "Things.list", "things.", "things list", "things.list2"])
@pytest.mark.parametrize(
    ("path", "access"), [("/v1/things", ANY_KEY), ("/ops/v1/things", requires_role("viewer"))]
)
def test_a_route_of_an_api_names_its_method_in_the_client_libraries(
    path: str, access: Any, name: str
) -> None:
    with pytest.raises(TypeError, match="client libraries"):
        Routes("T").read(path, sdk=name, access=access)(_plain)


def test_a_public_route_has_no_method_in_the_client_libraries() -> None:
    with pytest.raises(TypeError, match="client libraries"):
        Routes("T").read("/things", sdk="things.list", access=PUBLIC)(_plain)


def test_a_name_in_the_client_libraries_is_of_one_route() -> None:
    routes = Routes("T")
    for path in ("/v1/a", "/v1/b"):
        routes.read(path, sdk="things.list", access=ANY_KEY)(_plain)
    with pytest.raises(TypeError, match=r"things\.list is another route's name"):
        RouteTable(routes)
    same = Routes("T")
    same.read("/v1/a", sdk="things.list", access=ANY_KEY)(_plain)
    same.read("/ops/v1/a", sdk="things.list", access=requires_role("viewer"))(_plain)
    RouteTable(same)


def test_routes_come_by_address_and_there_by_method() -> None:
    routes = Routes("T")
    for method, path in (("DELETE", "/v1/b"), ("POST", "/v1/a"), ("PUT", "/v1/b")):
        routes.write(method, path, sdk="things.retrieve", access=ANY_KEY, runs=Runs.UNRECORDED)(  # type: ignore[arg-type]
            _plain
        )
    routes.read("/v1/b", sdk="things.retrieve", access=ANY_KEY)(_plain)
    assert [f"{route.method} {route.template}" for route in routes] == [
        "GET /v1/b",
        "PUT /v1/b",
        "DELETE /v1/b",
        "POST /v1/a",
    ]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        # The edge keeps the record of the first, an SQL function that of the second.
        ("PATCH", "/v1/organizations/{child}", {"name": "Other"}),
        ("PATCH", "/v1/organizations/{child}/credit-config", {"monthlyCreditCap": 5}),
    ],
)
async def test_a_key_that_was_used_comes_before_the_child_of_the_header(
    client: httpx2.AsyncClient, family: Family, method: str, path: str, body: dict[str, Any]
) -> None:
    address = path.format(child=family.child.organization_id)
    headers = {**family.partner.headers, "Idempotency-Key": "once"}
    first = await client.request(method, address, json=body, headers=headers)
    assert first.status_code == 200, first.text
    acting = {**headers, "X-Layers-Organization": str(uuid4())}
    response = await client.request(method, address, json=body, headers=acting)
    assert error_of(response)["code"] == "IDEMPOTENCY_CONFLICT"
    acting["Idempotency-Key"] = "another"
    response = await client.request(method, address, json=body, headers=acting)
    assert error_of(response)["code"] == "NOT_FOUND"
