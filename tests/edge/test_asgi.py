"""What holds for every answer, whoever gives it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx2
import pytest
from structlog.testing import capture_logs
from tests.support.edges import error_of, make_edge, running

from partner_api.database.outages import OutcomeUnknown
from partner_api.edge.wire import reply as reply_module
from partner_api.edge.wire.reply import error_reply
from partner_api.ids import parse_id
from partner_api.logs import OncePerMinute

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.databases import DatabaseUrls
    from tests.support.edges import Family


async def test_every_answer_names_its_request(client: httpx2.AsyncClient, family: Family) -> None:
    seen = set()
    for method, path, headers in (
        ("GET", "/open", {}),
        ("GET", "/v1/thing", family.partner.headers),
        ("GET", "/v1/thing", {}),
        ("GET", "/nowhere", {}),
        ("DELETE", "/v1/thing", {}),
        ("OPTIONS", "/v1/thing", {}),
        ("GET", "/v1/fault", family.partner.headers),
        ("GET", "/metrics", {}),
        ("GET", "/docs", {}),
    ):
        response = await client.request(method, path, headers=headers)
        (request_id,) = response.headers.get_list("X-Request-Id")
        parse_id("req", request_id)
        seen.add(request_id)
    assert len(seen) == 9


@pytest.mark.parametrize("path", ["/", "/nowhere", "/v1", "/v1/", "/v1/nothing", "/v1/thing/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "BREW"])
async def test_an_unknown_address_is_404_for_every_method(
    client: httpx2.AsyncClient, path: str, method: str
) -> None:
    response = await client.request(method, path)
    assert response.status_code == 404
    assert error_of(response)["code"] == "NOT_FOUND"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_a_wrong_method_names_the_right_ones(client: httpx2.AsyncClient, method: str) -> None:
    response = await client.request(method, "/v1/thing")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    error = error_of(response)
    assert (error["code"], error["details"]) == ("METHOD_NOT_ALLOWED", {"allow": ["GET", "HEAD"]})


async def test_a_fault_says_nothing_of_the_inside(
    client: httpx2.AsyncClient, family: Family
) -> None:
    response = await client.get("/v1/fault", headers=family.partner.headers)
    assert response.status_code == 500
    assert error_of(response)["code"] == "INTERNAL"
    assert "RuntimeError" not in response.text
    assert "lp_live" not in response.text


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "refused"),
        TimeoutError(),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.CannotConnectNowError("the database system is shutting down"),
        asyncpg.AdminShutdownError("terminating connection"),
        asyncpg.TooManyConnectionsError("sorry"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InterfaceError("pool is closing"),
        asyncpg.SerializationError("again"),
        asyncpg.QueryCanceledError("canceling statement due to statement timeout"),
        asyncpg.DiskFullError("could not extend file: No space left on device"),
        asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"),
    ],
)
def test_a_database_that_is_away_is_said_to_be(error: Exception) -> None:
    reply = error_reply(error, "req_1", where="test")
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (503, "UNAVAILABLE")
    assert b"retry-after" in dict(reply.headers)


@pytest.mark.parametrize("error", [OutcomeUnknown(), KeyError("x")])
@pytest.mark.parametrize("repeatable", [True, False])
def test_whether_to_repeat_what_may_have_been_done(error: Exception, repeatable: bool) -> None:
    reply = error_reply(error, "req_1", where="test", repeatable=repeatable)
    assert dict(reply.headers)[b"x-should-retry"] == (b"true" if repeatable else b"false")
    assert reply.status == (503 if isinstance(error, OutcomeUnknown) else 500)


def test_what_was_not_done_can_be_repeated_by_anybody() -> None:
    for error in (TimeoutError(), OSError(28, "No space")):
        reply = error_reply(error, "req_1", where="test")
        assert dict(reply.headers)[b"x-should-retry"] == b"true"


@pytest.mark.parametrize(
    ("method", "path", "key", "expected"),
    [
        ("POST", "/v1/lost", {}, "false"),
        ("POST", "/v1/lost", {"Idempotency-Key": "once"}, "true"),
        ("PUT", "/v1/lost", {}, "true"),
        ("GET", "/v1/lost", {}, "true"),
    ],
)
async def test_a_write_whose_outcome_is_unknown_is_repeated_only_with_its_key(
    client: httpx2.AsyncClient,
    family: Family,
    method: str,
    path: str,
    key: dict[str, str],
    expected: str,
) -> None:
    """PUT stands for routes that change nothing more when they are repeated."""
    response = await client.request(method, path, headers=family.partner.headers | key)
    error = error_of(response)
    assert (error["code"], error["details"]) == ("UNAVAILABLE", {"outcome": "unknown"})
    assert response.headers.get_list("X-Should-Retry") == [expected]


def test_files_that_cannot_be_kept_are_said_to_be_unavailable_once_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reply_module, "_storage_lines", OncePerMinute())
    with capture_logs() as log:
        replies = [error_reply(OSError(28, "No space"), "req_1", where="test") for _ in range(3)]
    for reply in replies:
        assert reply.status == 503
        error = json.loads(reply.body)["error"]
        assert error["code"] == "UNAVAILABLE"
        assert error["message"].startswith("Files cannot be stored or read at the moment.")
        assert b"retry-after" in dict(reply.headers)
    (line,) = log
    assert line["event"] == "storage_unavailable"
    assert line["exc_info"]


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("the server expects 2 arguments for this query, 1 was passed"),
        asyncpg.UndefinedTableError("relation does not exist"),
        asyncpg.CheckViolationError("violates check constraint"),
        KeyError("x"),
    ],
)
def test_a_mistake_of_our_own_is_not_blamed_on_the_database(error: Exception) -> None:
    reply = error_reply(error, "req_1", where="test")
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (500, "INTERNAL")


async def test_before_it_has_started_it_is_unavailable(database_urls: DatabaseUrls) -> None:
    transport = httpx2.ASGITransport(make_edge(database_urls))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get("/v1/thing")
    assert response.status_code == 503
    assert error_of(response)["code"] == "UNAVAILABLE"


async def test_a_large_body_is_refused_before_it_is_read(
    client: httpx2.AsyncClient, family: Family
) -> None:
    response = await client.post(
        "/v1/things", content=b" " * (256 * 1024 + 1), headers=family.partner.headers
    )
    assert response.status_code == 413
    assert error_of(response)["code"] == "PAYLOAD_TOO_LARGE"


async def test_a_body_without_an_end_is_cut_off(client: httpx2.AsyncClient, family: Family) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100:
            sent += 1
            yield b" " * 64 * 1024

    response = await client.post("/v1/things", content=endless(), headers=family.partner.headers)
    assert response.status_code == 413
    assert sent <= 70, "it reads 4 MiB more than the limit, so that the answer arrives, and stops"


async def test_the_largest_body_is_read(client: httpx2.AsyncClient, family: Family) -> None:
    body = b'{"name":"x","credits":1}'
    response = await client.post(
        "/v1/things", content=body.ljust(256 * 1024), headers=family.partner.headers
    )
    assert response.status_code == 201


async def test_a_route_without_a_body_refuses_a_large_one_too(
    client: httpx2.AsyncClient, family: Family
) -> None:
    response = await client.post(
        "/v1/suspend", content=b" " * 1024 * 1024, headers=family.partner.headers
    )
    assert response.status_code == 413


async def test_a_client_that_leaves_while_sending_has_no_effect(
    database_urls: DatabaseUrls, family: Family
) -> None:
    edge = make_edge(database_urls)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async with running(edge):
        await edge(
            {
                "type": "http",
                "method": "POST",
                "path": "/v1/things",
                "raw_path": b"/v1/things",
                "query_string": b"",
                "headers": [(b"authorization", f"Bearer {family.partner.key}".encode())],
                "state": {},
            },
            receive,
            send,
        )
    assert sent[0]["status"] == 400


async def test_development_mode_is_in_every_answer(database_urls: DatabaseUrls) -> None:
    async with running(make_edge(database_urls, LAYERS_DEVELOPMENT="true")) as client:
        for path in ("/open", "/nowhere", "/v1/thing"):
            assert (await client.get(path)).headers["X-Layers-Development"] == "true"
        assert (await client.get("/readyz")).json()["development"] is True


async def test_otherwise_it_is_in_none(client: httpx2.AsyncClient) -> None:
    assert "X-Layers-Development" not in (await client.get("/open")).headers
    assert (await client.get("/readyz")).json()["development"] is False


async def test_each_request_is_counted_under_its_route_and_not_its_address(
    client: httpx2.AsyncClient, family: Family
) -> None:
    for word in ("one", "two", "three"):
        await client.get(f"/v1/words/{word}", headers=family.partner.headers)
    await client.request("BREW", "/nowhere/secret-path")
    metrics = (await client.get("/metrics")).text
    line = 'layers_http_requests_total{method="GET",route="/v1/words/{word}",status="200"}'
    (count,) = (row.split()[-1] for row in metrics.splitlines() if row.startswith(line))
    assert float(count) >= 3
    assert "secret-path" not in metrics
    assert 'method="OTHER",route="none",status="404"' in metrics


@pytest.mark.parametrize("log_format", ["json", "console"])
async def test_each_request_leaves_one_line_without_secrets(
    database_urls: DatabaseUrls,
    family: Family,
    capsys: pytest.CaptureFixture[str],
    log_format: str,
) -> None:
    edge = make_edge(database_urls, LAYERS_LOG_LEVEL="info", LAYERS_LOG_FORMAT=log_format)
    async with running(edge) as client:
        capsys.readouterr()
        response = await client.get("/v1/words/w?q=1", headers=family.partner.headers)
        await asyncio.sleep(0)
        lines = capsys.readouterr().err.splitlines()
    (line,) = lines
    assert response.headers["X-Request-Id"] in line
    assert "/v1/words/{word}" in line
    assert f"key_{family.partner.key_id}" in line
    assert family.partner.key not in line
    assert "q=1" not in line
    if log_format == "json":
        entry = json.loads(line)
        assert (entry["event"], entry["level"], entry["status"]) == ("request", "info", 200)
        assert entry["milliseconds"] > 0


async def test_a_higher_level_leaves_the_lines_out(
    client: httpx2.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    await client.get("/open")
    await asyncio.sleep(0)
    assert capsys.readouterr().err == ""


async def test_whether_it_lives_and_is_ready(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    response = await client.get("/readyz")
    assert response.json() == {"status": "ready", "database": "ok", "development": False}


async def test_an_older_schema_is_not_ready(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partner_api.database.version.functions_checksum", lambda: "newer")
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert "layers db migrate" in error_of(response)["message"]


async def test_what_a_request_has_changed_is_told_to_those_who_publish_events(
    database_urls: DatabaseUrls, family: Family
) -> None:
    """Not what was read, and not what was refused."""
    edge = make_edge(database_urls)
    headers = family.partner.headers
    async with running(edge) as client:
        assert edge.services is not None
        rung = edge.services.bell.listen("outbox")
        for response, status in (
            (await client.get("/v1/thing", headers=headers), 200),
            (await client.post("/v1/things", json={}, headers=headers), 422),
            (await client.post("/v1/things", json={"name": "x", "credits": 1}), 401),
        ):
            assert response.status_code == status
        assert not rung.is_set()
        response = await client.post(
            "/v1/things", json={"name": "x", "credits": 1}, headers=headers
        )
        assert response.status_code == 201
        assert rung.is_set()
