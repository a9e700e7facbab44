"""The same request twice: one effect, one answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support import sample
from tests.support.edges import add_key, add_operator, error_of, issues_of

if TYPE_CHECKING:
    import httpx2
    from tests.support.edges import Family

    from partner_api.database.connection import Connection

BODY = {"name": "x", "credits": 5}


async def _effects(connection: Connection, tenant_id: int) -> int:
    """How often a thing was made: each leaves one audit row."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND event_type = 'thing.created'",
        tenant_id,
    )
    return count


async def _create(
    client: httpx2.AsyncClient, family: Family, key: str | None, body: Any = BODY, **headers: str
) -> httpx2.Response:
    idempotency = {"Idempotency-Key": key} if key is not None else {}
    return await client.post(
        "/v1/things", json=body, headers={**family.partner.headers, **idempotency, **headers}
    )


async def test_a_replay_is_the_first_answer_to_the_byte(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    first = await _create(client, family, "k")
    assert first.status_code == 201
    assert "Idempotent-Replayed" not in first.headers
    again = await _create(client, family, "k")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert await _effects(connection, family.partner.wallet.tenant_id) == 1


async def test_without_a_key_every_request_counts(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    for _ in range(2):
        assert (await _create(client, family, None)).status_code == 201
    assert await _effects(connection, family.partner.wallet.tenant_id) == 2


async def test_the_order_of_fields_and_spaces_make_no_other_request(
    client: httpx2.AsyncClient, family: Family
) -> None:
    await _create(client, family, "k")
    response = await client.post(
        "/v1/things",
        content=b'  {"credits" : 5,\n "name":"x"}',
        headers={**family.partner.headers, "Idempotency-Key": "k"},
    )
    assert response.headers["Idempotent-Replayed"] == "true"


async def test_another_request_with_the_key_is_a_conflict(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    await _create(client, family, "k")
    child = f"org_{family.child.organization_id}"
    for response in (
        await _create(client, family, "k", {**BODY, "credits": 6}),
        await _create(client, family, "k", **{"X-Layers-Organization": child}),
        await client.post(
            "/v1/things?x=1",
            json=BODY,
            headers={**family.partner.headers, "Idempotency-Key": "k"},
        ),
    ):
        assert response.status_code == 409
        assert error_of(response)["code"] == "IDEMPOTENCY_CONFLICT"
    assert await _effects(connection, family.partner.wallet.tenant_id) == 1


async def test_another_path_parameter_is_another_request(
    client: httpx2.AsyncClient, family: Family
) -> None:
    headers = {**family.partner.headers, "Idempotency-Key": "k"}
    project = uuid4()
    assert (await client.delete(f"/v1/projects/{project}/thing", headers=headers)).is_success
    same = await client.delete(f"/v1/projects/prj_{project}/thing", headers=headers)
    assert same.headers["Idempotent-Replayed"] == "true"
    other = await client.delete(f"/v1/projects/{uuid4()}/thing", headers=headers)
    assert error_of(other)["code"] == "IDEMPOTENCY_CONFLICT"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'"\xff"',
        b" ",
        b"null",
        b"[]",
        b"{}{}",
        b'{"reason":"x"}',
        *(b"[" * depth + b"]" * depth for depth in (2, 65, 950, 2_000, 100_000)),
        b"[" * 100_000,
        b"1" * 200_000,
    ],
)
async def test_a_route_without_a_body_takes_none(
    client: httpx2.AsyncClient, family: Family, body: bytes
) -> None:
    """Nobody may believe that it was read; and the key is still free."""
    headers = {**family.partner.headers, "Idempotency-Key": "k"}
    path = f"/v1/organizations/org_{uuid4()}/secrets"
    for sent in (headers, {**headers, "Idempotency-Key": "other"}):
        refused = await client.post(path, content=body, headers=sent)
        assert issues_of(refused, status=400) == {"": "This route takes no body. Send none, or {}"}
    assert (await client.post(path, headers=headers)).status_code == 201


@pytest.mark.parametrize("body", [b"", b"{}", b" {\n}\t"])
async def test_an_empty_object_is_no_body(
    client: httpx2.AsyncClient, family: Family, body: bytes
) -> None:
    headers = {**family.partner.headers, "Idempotency-Key": "k"}
    path = f"/v1/organizations/org_{uuid4()}/secrets"
    first = await client.post(path, content=body, headers=headers)
    assert first.status_code == 201, first.text
    assert (await client.post(path, content=body, headers=headers)).content == first.content


async def test_a_query_that_no_route_reads_counts(
    client: httpx2.AsyncClient, family: Family
) -> None:
    headers = {**family.partner.headers, "Idempotency-Key": "k"}
    path = f"/v1/organizations/org_{uuid4()}/secrets?{'&' * 30_000}"
    first = await client.post(path, headers=headers)
    assert (await client.post(path, headers=headers)).content == first.content
    other = await client.post(f"{path}&", headers=headers)
    assert error_of(other)["code"] == "IDEMPOTENCY_CONFLICT"


async def test_a_key_belongs_to_one_api_key_and_one_route(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    await _create(client, family, "k")
    second = await add_key(connection, family.partner.wallet, ["*"])
    headers = {**second.headers, "Idempotency-Key": "k"}
    response = await client.post("/v1/things", json=BODY, headers=headers)
    assert "Idempotent-Replayed" not in response.headers
    headers = {**family.partner.headers, "Idempotency-Key": "k"}
    response = await client.delete(f"/v1/projects/{uuid4()}/thing", headers=headers)
    assert response.status_code == 200


async def test_a_refusal_is_not_kept(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    for name in ("refuse", "absent", "refuse"):
        response = await _create(client, family, "k", {**BODY, "name": name})
        assert response.status_code == (409 if name == "refuse" else 404)
    assert await _effects(connection, family.partner.wallet.tenant_id) == 0, "nothing changed"
    assert (await _create(client, family, "k")).status_code == 201


async def test_two_at_the_same_instant_have_one_effect(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    body = {**BODY, "name": "slow"}
    sample.SLOW_MAY_END.clear()
    tasks = [asyncio.create_task(_create(client, family, "k", body)) for _ in range(4)]
    for refused in islice(asyncio.as_completed(tasks, timeout=60), 3):
        await refused
    sample.SLOW_MAY_END.set()
    responses = await asyncio.gather(*tasks)
    done = [response for response in responses if response.status_code == 201]
    waiting = [response for response in responses if response.status_code == 409]
    assert (len(done), len(waiting)) == (1, 3)
    for response in waiting:
        assert error_of(response)["code"] == "IDEMPOTENCY_IN_PROGRESS"
        assert response.headers["Retry-After"] == "1"
    assert (await _create(client, family, "k", body)).content == done[0].content
    assert await _effects(connection, family.partner.wallet.tenant_id) == 1


async def test_a_replay_comes_also_when_it_could_no_longer_be_done(
    client: httpx2.AsyncClient, family: Family, owner_connection: Connection
) -> None:
    headers = {"X-Layers-Organization": str(family.child.organization_id)}
    first = await _create(client, family, "k", **headers)
    assert first.status_code == 201
    await owner_connection.execute(
        "UPDATE organizations SET status = 'suspended' WHERE id = $1",
        family.child.organization_id,
    )
    again = await _create(client, family, "k", **headers)
    assert (again.status_code, again.content) == (201, first.content)
    other = await _create(client, family, "k", {**BODY, "credits": 6}, **headers)
    assert error_of(other)["code"] == "IDEMPOTENCY_CONFLICT"
    new = await _create(client, family, "new", **headers)
    assert error_of(new)["code"] == "KILL_SWITCH"


async def test_after_a_day_the_key_is_new_again(
    client: httpx2.AsyncClient, family: Family, owner_connection: Connection
) -> None:
    await _create(client, family, "k")
    tenant_id = family.partner.wallet.tenant_id
    created_at = await owner_connection.fetchval(
        "SELECT created_at FROM idempotency_keys WHERE tenant_id = $1", tenant_id
    )
    await owner_connection.execute(
        "UPDATE idempotency_keys SET created_at = $2 WHERE tenant_id = $1",
        tenant_id,
        created_at - timedelta(hours=24),
    )
    response = await _create(client, family, "k", {**BODY, "credits": 6})
    assert response.status_code == 201
    assert "Idempotent-Replayed" not in response.headers
    assert (await _create(client, family, "k", {**BODY, "credits": 6})).headers[
        "Idempotent-Replayed"
    ] == "true"


async def test_a_secret_is_given_again_and_kept_encrypted(
    client: httpx2.AsyncClient, family: Family, owner_connection: Connection
) -> None:
    path = f"/v1/organizations/{family.child.organization_id}/secrets"
    headers = {**family.partner.headers, "Idempotency-Key": "k"}
    first = await client.post(path, headers=headers)
    again = await client.post(path, headers=headers)
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    row = await owner_connection.fetchrow(
        "SELECT answer, sealed FROM idempotency_keys WHERE tenant_id = $1",
        family.partner.wallet.tenant_id,
    )
    assert row is not None
    assert row["answer"] is None
    assert first.json()["secret"].encode() not in row["sealed"]


async def test_a_sealed_answer_opens_only_where_it_was_kept(
    client: httpx2.AsyncClient, family: Family, owner_connection: Connection
) -> None:
    path = f"/v1/organizations/{family.child.organization_id}/secrets"
    for key in ("a", "b"):
        await client.post(path, headers={**family.partner.headers, "Idempotency-Key": key})
    await owner_connection.execute(
        "UPDATE idempotency_keys k SET sealed = o.sealed FROM idempotency_keys o "
        "WHERE k.tenant_id = $1 AND o.tenant_id = $1 AND k.key = 'a' AND o.key = 'b'",
        family.partner.wallet.tenant_id,
    )
    response = await client.post(path, headers={**family.partner.headers, "Idempotency-Key": "a"})
    assert response.status_code == 500


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\there", "caf\u00e9"])
async def test_a_key_that_is_not_printable_or_too_long_is_invalid(
    client: httpx2.AsyncClient, family: Family, key: str
) -> None:
    headers = [
        *((name.encode(), value.encode()) for name, value in family.partner.headers.items()),
        (b"Idempotency-Key", key.encode()),
    ]
    response = await client.post("/v1/things", json=BODY, headers=headers)
    assert set(issues_of(response)) == {"Idempotency-Key"}


async def test_the_longest_key_and_the_strangest_printable_one_work(
    client: httpx2.AsyncClient, family: Family
) -> None:
    for key in ("k" * 255, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ 1"):
        assert (await _create(client, family, key)).status_code == 201
        assert (await _create(client, family, key)).headers["Idempotent-Replayed"] == "true"


async def test_a_read_ignores_the_header(client: httpx2.AsyncClient, family: Family) -> None:
    headers = {**family.partner.headers, "Idempotency-Key": ""}
    assert (await client.get("/v1/thing", headers=headers)).status_code == 200


async def test_a_route_that_moves_money_needs_a_key(
    client: httpx2.AsyncClient, family: Family
) -> None:
    path = f"/v1/organizations/{family.child.organization_id}/secrets"
    response = await client.post(path, headers=family.partner.headers)
    assert response.status_code == 400
    assert error_of(response)["code"] == "IDEMPOTENCY_REQUIRED"


async def test_operators_records_are_in_the_operators_tenant(
    client: httpx2.AsyncClient, connection: Connection
) -> None:
    headers = {
        "Authorization": f"Bearer {await add_operator(connection, 'operator')}",
        "Idempotency-Key": str(uuid4()),
    }
    first = await client.post("/ops/v1/things", headers=headers)
    again = await client.post("/ops/v1/things", headers=headers)
    assert first.status_code == 200, first.text
    assert again.content == first.content
    other = {**headers, "Authorization": f"Bearer {await add_operator(connection, 'operator')}"}
    assert (await client.post("/ops/v1/things", headers=other)).content != first.content
    tenants = await connection.fetch(
        "SELECT tenant_id FROM idempotency_keys WHERE key = $1", headers["Idempotency-Key"]
    )
    assert [row["tenant_id"] for row in tenants] == [0, 0]


async def test_an_operator_is_named_in_the_audit_row(
    client: httpx2.AsyncClient, connection: Connection
) -> None:
    headers = {"Authorization": f"Bearer {await add_operator(connection, 'operator')}"}
    response = await client.post("/ops/v1/things", headers=headers)
    row = await connection.fetchrow(
        "SELECT * FROM audit_events WHERE tenant_id = 0 AND request_id = $1",
        response.headers["X-Request-Id"],
    )
    assert row is not None
    assert row["actor"] == "operator"
    assert row["details"]["operator"].startswith("operator ")
    assert row["api_key_id"] is None
