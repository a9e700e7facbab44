"""Clients that mean no good: ``python -m rig.hostile KIND``, with a plan as JSON on standard input.

They are a process of their own with an address of its own. Each does what one client can do with little: few
connections, few bytes, at most some hundred attempts a second. How much a server takes at most is another question.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import msgspec
import uvloop

from rig.api import HOST

# Real ones have machines of their own; here they take what the server and the measurement leave.
_NICENESS = 10
_PAUSE_SECONDS = 0.05
_READ_BYTES = 65_536
_IDLE_CONNECTIONS = 1_050
_UNKNOWN_JOB = "job_01ARZ3NDEKTSV4RRFFQ69G5FAV"
_TAG_LETTER = "\U000e0041"
_HTTP_2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))


class Plan(msgspec.Struct, frozen=True):
    """What a client knows of the server, and for how many seconds it goes on."""

    port: int
    source: str
    seconds: float
    partner_key: str
    project_path: str
    test_key: str
    test_project_path: str
    worker_token: str
    unknown_keys: list[str]


class Outcome(msgspec.Struct):
    """How it went for the client: connections that it got, and answers by their status."""

    connections: int = 0
    answers: dict[str, int] = {}


class _Client:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outcome = Outcome()
        self._until = time.monotonic() + plan.seconds

    @property
    def left(self) -> float:
        """Seconds until it is over."""
        return max(0.0, self._until - time.monotonic())

    @contextlib.asynccontextmanager
    async def connection(
        self, read_bytes: int = _READ_BYTES
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Connect, and drop the connection at the end."""
        reader, writer = await asyncio.open_connection(
            HOST, self.plan.port, local_addr=(self.plan.source, 0), limit=read_bytes
        )
        self.outcome.connections += 1
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    async def read_answer(self, reader: asyncio.StreamReader) -> None:
        """Read an answer and count it by its status."""
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.partition(b":")[2]))
        status = head[9:12].decode("latin-1")
        self.outcome.answers[status] = self.outcome.answers.get(status, 0) + 1

    async def ask(self, data: bytes) -> None:
        """Connect, send this, and read an answer."""
        async with self.connection() as (reader, writer):
            writer.write(data)
            await self.read_answer(reader)

    async def hold(self, data: bytes) -> None:
        """Connect, send this, and wait for what comes until the end."""
        async with self.connection() as (reader, writer):
            writer.write(data)
            await self.read_answer(reader)
            await reader.read()


_Attempt = Callable[[_Client], Awaitable[None]]


async def _many(
    client: _Client, count: int, attempt: _Attempt, pause_seconds: float = _PAUSE_SECONDS
) -> None:
    """Try so many at a time, over and over until time is up, however each of them ends."""

    async def over_and_over() -> None:
        while client.left:
            # RuntimeError: uvloop's word for writing to a connection that the server has closed.
            with contextlib.suppress(
                OSError, RuntimeError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
            ):
                async with asyncio.timeout(client.left):
                    await attempt(client)
            await asyncio.sleep(pause_seconds)

    await asyncio.gather(*(over_and_over() for _ in range(count)))


def _head(line: str, key: str | None = None, **fields: str) -> bytes:
    """Write the head of a request; underscores in the names of fields stand for hyphens."""
    lines = [f"{line} HTTP/1.1", f"Host: {HOST}"]
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def _post(path: str, key: str, body: bytes) -> bytes:
    return (
        _head(
            f"POST {path}",
            key,
            Content_Type="application/json",
            Content_Length=str(len(body)),
            Idempotency_Key=str(uuid4()),
        )
        + body
    )


async def _half_sent_cancels(client: _Client) -> None:
    def half() -> bytes:
        path = f"POST /v1/jobs/{_UNKNOWN_JOB}/cancel"
        return _head(
            path,
            client.plan.partner_key,
            Content_Type="application/json",
            Content_Length="2",
            Idempotency_Key=str(uuid4()),
        )

    await _many(client, 64, lambda client: client.hold(half()))


async def _heartbeats(client: _Client) -> None:
    path = f"/ops/v1/jobs/{_UNKNOWN_JOB}/heartbeat"
    body = json.dumps({"workerId": "w", "claimToken": str(uuid4())}).encode()
    token = client.plan.worker_token
    while client.left:
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(client.left):
                # One after the other would be work like any other; together they met in the pool.
                await asyncio.gather(
                    *(client.ask(_post(path, token, body)) for _ in range(120)),
                    return_exceptions=True,
                )
        await asyncio.sleep(1)


async def _wrong_items(client: _Client) -> None:
    project = client.plan.project_path.rpartition("/")[2]
    geo = b",".join([b"1"] * 128_000)
    body = b'{"projectId":"%s","count":1,"niche":{"vertical":"a","geo":[%s]}}' % (
        project.encode(),
        geo,
    )
    path = f"{client.plan.project_path}/leased-accounts/request"
    await _many(client, 2, lambda client: client.ask(_post(path, client.plan.partner_key, body)))


async def _unknown_fields(client: _Client) -> None:
    fields = ",".join(f'"a{number}":1' for number in range(24_000))
    body = f'{{"name":"a","timezone":"UTC",{fields}}}'.encode()
    await _many(
        client, 2, lambda client: client.ask(_post("/v1/projects", client.plan.partner_key, body))
    )


async def _tag_hooks(client: _Client) -> None:
    body = json.dumps({"hook": "Buy " + _TAG_LETTER * 1_990}).encode()
    path = f"{client.plan.test_project_path}/content/slideshow-builder"
    await _many(client, 2, lambda client: client.ask(_post(path, client.plan.test_key, body)))


async def _http_2(client: _Client) -> None:
    # A HEADERS frame whose one byte stands for a whole field of the table, over and over.
    block = b"\xbe" * 16_000
    frame = len(block).to_bytes(3, "big") + bytes((1, 5, 0, 0, 0, 1)) + block

    async def unfold(client: _Client) -> None:
        async with client.connection() as (reader, writer):
            writer.write(_HTTP_2 + frame * 3)
            await reader.read()

    await _many(client, 32, unfold)


async def _headers(client: _Client) -> None:
    fields = {f"X_{number}": "a" * 200 for number in range(5_000)}
    data = _head("GET /healthz", **fields)
    await _many(client, 16, lambda client: client.ask(data))


async def _idle(client: _Client) -> None:
    await _many(client, _IDLE_CONNECTIONS, lambda client: client.hold(b""), pause_seconds=1)


async def _slow_heads(client: _Client) -> None:
    async def byte_by_byte(client: _Client) -> None:
        async with client.connection() as (_, writer):
            for byte in _head("GET /healthz"):
                writer.write(bytes((byte,)))
                await writer.drain()
                await asyncio.sleep(1)

    await _many(client, 200, byte_by_byte)


async def _never_read(client: _Client) -> None:
    data = _head("GET /openapi.json") * 16

    async def ask_and_look_away(client: _Client) -> None:
        # Its own buffer is full at once, and then nothing more is read.
        async with client.connection(read_bytes=1) as (_, writer):
            writer.write(data)
            await asyncio.sleep(client.left)

    await _many(client, 64, ask_and_look_away)


async def _unknown_keys(client: _Client) -> None:
    keys = iter(client.plan.unknown_keys)

    async def try_one(client: _Client) -> None:
        await client.ask(_head("GET /v1/whoami", next(keys, client.plan.unknown_keys[0])))

    await _many(client, 32, try_one)


async def _pipelined(client: _Client) -> None:
    async def all_at_once(client: _Client) -> None:
        async with client.connection() as (reader, writer):
            writer.write(_head("GET /healthz") * 100)
            for _ in range(100):
                await client.read_answer(reader)

    await _many(client, 8, all_at_once)


async def _chunked(client: _Client) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    async def pour(client: _Client) -> None:
        async with client.connection() as (reader, writer):
            writer.write(
                _head(
                    "POST /v1/projects",
                    client.plan.partner_key,
                    Content_Type="application/json",
                    Transfer_Encoding="chunked",
                )
            )
            with contextlib.suppress(OSError):
                for _ in range(1_000):
                    writer.write(chunk)
                    await writer.drain()
            await client.read_answer(reader)

    await _many(client, 8, pour)


KINDS: dict[str, Callable[[_Client], Awaitable[None]]] = {
    "64 half-sent cancels": _half_sent_cancels,
    "120 heartbeats at once": _heartbeats,
    "128,000 wrong items": _wrong_items,
    "24,000 unknown fields": _unknown_fields,
    "hooks of tag characters": _tag_hooks,
    "HTTP/2 that unfolds": _http_2,
    "5,000 header fields": _headers,
    f"{_IDLE_CONNECTIONS:,} idle connections": _idle,
    "200 slow heads": _slow_heads,
    "64 that never read": _never_read,
    "unknown keys": _unknown_keys,
    "100 requests pipelined": _pipelined,
    "bodies without an end": _chunked,
}


async def _run(kind: str, plan: Plan) -> Outcome:
    client = _Client(plan)
    await KINDS[kind](client)
    return client.outcome


def main() -> None:
    """Do what the command line names, and write the outcome as JSON."""
    os.nice(_NICENESS)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(_run(sys.argv[1], plan))))


if __name__ == "__main__":
    main()
