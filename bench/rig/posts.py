"""Load of POST requests, each of many in turn: who asks, and for what, differs from request to request.

As for reads, ``wrk`` makes it where it is installed; otherwise a client in this process does.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import uvloop

from rig.api import HOST
from rig.command import MeasurementError
from rig.load import Throughput, read_wrk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GRACE_SECONDS = 30
_SCRIPT = """
local posts = {posts}
local body, run, n = {body}, {run}, {first}
function request()
  n = n + 1
  local post = posts[n % #posts + 1]
  local headers = {{["Authorization"] = "Bearer " .. post[2]}}
  if {keyed} then headers["Idempotency-Key"] = run .. "-" .. n end
  return wrk.format("POST", post[1], headers, body)
end
"""


@dataclass(frozen=True)
class Post:
    """Where to, and with which key."""

    path: str
    key: str


def load_posts(
    port: int,
    posts: Sequence[Post],
    body: object,
    *,
    connections: int,
    seconds: float,
    keyed: bool = False,
) -> Throughput:
    """Send these requests over and over, each connection the next as soon as it has its answer.

    Args:
        port: of the server, on loopback.
        posts: taken in turn.
        body: of every one of them; it becomes JSON.
        connections: how many at a time.
        seconds: how long.
        keyed: send an ``Idempotency-Key`` of its own with each.

    Raises:
        MeasurementError: an answer was not 2xx, or a connection broke.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        return uvloop.run(_send_until(port, posts, body, connections, seconds, keyed=keyed))
    script = _SCRIPT.format(
        posts="{" + ",".join(f"{{{json.dumps(p.path)},{json.dumps(p.key)}}}" for p in posts) + "}",
        body=json.dumps(json.dumps(body)),
        run=json.dumps(secrets.token_hex(8)),
        first=secrets.randbelow(len(posts)),
        keyed="true" if keyed else "false",
    )
    with tempfile.NamedTemporaryFile("w", prefix="layers-bench-", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = [wrk, "--threads", "1", "--connections", str(connections), "--latency"]
        command += ["--duration", f"{max(1, round(seconds))}s", "--script", file.name]
        try:
            said = subprocess.run(
                [*command, f"http://{HOST}:{port}"],
                capture_output=True,
                text=True,
                check=True,
                timeout=seconds + _GRACE_SECONDS,
            ).stdout
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise MeasurementError("wrk failed") from error
    return read_wrk(said, posts[0].path)


async def _send_until(
    port: int,
    posts: Sequence[Post],
    body: object,
    connections: int,
    seconds: float,
    *,
    keyed: bool,
) -> Throughput:
    requests = _requests(port, posts, json.dumps(body).encode(), keyed=keyed)
    latencies: list[float] = []
    began = perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            while (asked := perf_counter()) < began + seconds:
                writer.write(next(requests))
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
                answer = await reader.readexactly(int(length))
                if not head.startswith(b"HTTP/1.1 2"):
                    raise MeasurementError(answer.decode())
                latencies.append(perf_counter() - asked)
        finally:
            writer.close()

    async with asyncio.timeout(seconds + _GRACE_SECONDS):
        await asyncio.gather(*(client() for _ in range(connections)))
    latencies.sort()
    return Throughput(
        len(latencies) / (perf_counter() - began), latencies[len(latencies) // 2] * 1000
    )


def _requests(port: int, posts: Sequence[Post], body: bytes, *, keyed: bool) -> Iterator[bytes]:
    run = secrets.token_hex(8)
    for number, post in enumerate(itertools.cycle(posts)):
        lines = [
            f"POST {post.path} HTTP/1.1",
            f"Host: {HOST}:{port}",
            f"Authorization: Bearer {post.key}",
            f"Content-Length: {len(body)}",
        ]
        if keyed:
            lines.append(f"Idempotency-Key: {run}-{number}")
        yield "\r\n".join([*lines, "", ""]).encode() + body
