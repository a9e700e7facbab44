"""Imports that are too large, too long, or come at once: each is bounded."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from tests.ops.importing import CSV, HEADER, NDJSON, PATH, line, pool_of, send
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle

from partner_api.account_pool import store as pool
from partner_api.ops.pool import service as lines
from partner_api.ops.pool.service import MAX_PROBLEMS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2
    from tests.support.installation import Installation


MEBIBYTE = 2**20


async def test_only_one_at_a_time(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str], mark: str
) -> None:
    async with installation.pool.acquire() as connection, connection.transaction():
        assert await pool.begin_import(connection)
        refused(await send(api, operator, line(mark, handle())), "CONFLICT")
    granted(await send(api, operator, line(mark, handle())))


async def test_a_handle_that_is_being_added_meanwhile(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str], mark: str
) -> None:
    name = handle()
    async with installation.owner.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            "INSERT INTO pool_accounts (id, platform, handle, followers, vertical, language, geo,"
            " monthly_price_cents, created_at, updated_at)"
            " VALUES (gen_random_uuid(), 'tiktok', $1, 1, 'x', 'en', '{US}', 0, now(), now())",
            name,
        )
        sending = asyncio.create_task(send(api, operator, line(mark, name)))
        await installation.until_someone_waits()
        await transaction.commit()
    result = granted(await sending)
    assert result["errors"] == [{"line": 1, "message": "handle: The pool has it already"}]


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", ""])
async def test_another_media_type(
    api: httpx2.AsyncClient, operator: dict[str, str], media_type: str
) -> None:
    response = await send(api, operator, "{}", media_type, allOrNothing="perhaps")
    assert list(issues(response)) == ["allOrNothing", "Content-Type"]


async def test_a_file_that_is_too_large(
    api: httpx2.AsyncClient, local_api: httpx2.AsyncClient, operator: dict[str, str]
) -> None:
    """Whether its size is announced or not; no more of it is kept than is allowed."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(65):
            yield b" " * MEBIBYTE

    refused(await send(local_api, operator, endless()), "PAYLOAD_TOO_LARGE")
    headers = {**operator, "Content-Type": NDJSON, "Content-Length": str(64 * MEBIBYTE + 1)}
    refused(await local_api.post(PATH, content=endless(), headers=headers), "PAYLOAD_TOO_LARGE")


async def test_whoever_sends_a_large_file_hears_why_it_is_refused(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    """A refusal comes before the file has arrived, and must not be lost in the sending."""
    file = b" " * 20 * MEBIBYTE
    viewer = await installation.operator("viewer")
    refused(await send(api, viewer, file), "FORBIDDEN_SCOPE")
    refused(await send(api, {}, file), "UNAUTHENTICATED")
    assert list(issues(await send(api, operator, file, "text/plain"))) == ["Content-Type"]
    refused(await send(api, operator, b" " * (64 * MEBIBYTE + 1)), "PAYLOAD_TOO_LARGE")


async def test_more_problems_than_are_listed(
    api: httpx2.AsyncClient, operator: dict[str, str], mark: str
) -> None:
    name = handle()
    rows = [line(mark, name)] * (MAX_PROBLEMS + 2) + ["{"] * 1500
    result = granted(await send(api, operator, "\n".join(rows)))
    assert (result["lines"], result["rejected"]) == (MAX_PROBLEMS + 1502, MAX_PROBLEMS + 1501)
    assert [error["line"] for error in result["errors"]] == list(range(2, MAX_PROBLEMS + 2))


async def test_what_is_said_of_a_line_is_short(
    api: httpx2.AsyncClient, operator: dict[str, str]
) -> None:
    """Whatever is in it: a line may have 16 KiB, and an answer names a thousand lines."""
    wrong = [
        json.dumps({f"unknown {number}": 0 for number in range(600)}),
        json.dumps({"geo": ["usa"] * 1_500}),
        json.dumps({"u" * 16_000: 0}),
    ]
    result = granted(await send(api, operator, "\n".join(wrong * 400)))
    assert (result["rejected"], len(result["errors"])) == (1200, MAX_PROBLEMS)
    assert max(len(error["message"]) for error in result["errors"]) <= 501
    assert "geo: Expected a list of length <= 249" in result["errors"][1]["message"]


LONG_LINE = json.dumps({f"unknown {number}": 0 for number in range(600)}).encode() + b"\n"


@pytest.mark.parametrize(
    ("content", "batches"),
    [
        pytest.param(b"\n" * 200_000, 200, id="empty lines"),
        pytest.param(b"{\n" * 20_000, 20, id="short lines"),
        pytest.param(LONG_LINE * 100, len(LONG_LINE) // 1_000, id="long lines"),
        pytest.param(b"x" * 40_000 + b"\n" + (b"x" * 20_000 + b"\n") * 40, 10, id="too long lines"),
    ],
)
def test_other_requests_have_their_turn_whatever_is_in_a_file(content: bytes, batches: int) -> None:
    """They have it between two batches, and none of these is large."""
    found = list(lines.read_batches(BytesIO(content), NDJSON))
    assert len(found) >= batches
    assert max(len(batch) for batch in found) <= 1_000


@pytest.mark.parametrize("text", ["\n", "{\n"])
async def test_a_file_of_too_many_lines(
    local_api: httpx2.AsyncClient,
    operator: dict[str, str],
    mark: str,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
) -> None:
    """It adds nothing: whoever makes such a file has made a mistake."""
    assert lines.MAX_LINES == 1_000_000
    monkeypatch.setattr(lines, "MAX_LINES", 5_000)
    content = line(mark, handle()) + "\n" + text * 5_000
    response = await send(local_api, operator, content)
    assert issues(response) == {"line 5001": "Expected at most 5,000 lines"}
    assert await pool_of(local_api, operator, mark) == []


@pytest.mark.parametrize("count", [6_000, pytest.param(100_000, marks=pytest.mark.long)])
async def test_a_long_file_takes_little_memory(
    local_api: httpx2.AsyncClient,
    installation: Installation,
    operator: dict[str, str],
    mark: str,
    count: int,
) -> None:
    """The file has 5 or 80 MB; what it takes does not grow with it."""
    prefix = handle()
    padding = "x" * 750

    async def rows() -> AsyncIterator[bytes]:
        yield f"{HEADER},avatarUrl\n".encode()
        for start in range(0, count, 1000):
            yield "".join(
                f"{prefix}.{number},10,{mark},en,US GB,https://example.com/{padding}\n"
                if number % 100
                else "bad\n"
                for number in range(start, start + 1000)
            ).encode()

    # What the first use of anything costs is no part of it.
    granted(await send(local_api, operator, line(mark, handle())))
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        result = granted(await send(local_api, operator, rows(), CSV))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    bad = count // 100
    assert (result["lines"], result["added"], result["rejected"]) == (count, count - bad, bad)
    assert peak - before < 4 * MEBIBYTE
    added = await installation.owner.fetchval(
        "SELECT count(*) FROM pool_accounts WHERE vertical = $1 AND geo = '{US,GB}'", mark
    )
    assert added == count - bad
