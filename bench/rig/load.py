"""Load over HTTP: a bounded number of connections, each asking again as soon as it has its answer.

``wrk`` makes it where it is installed (Debian: ``apt install wrk``). Otherwise a client in this
process does, which takes more of the processor that the server could have had.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from dataclasses import dataclass
from time import perf_counter
from typing import cast

import uvloop

from rig.api import HOST
from rig.command import MeasurementError

_HEADER_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_GRACE_SECONDS = 30
_SHOWN_BYTES = 200
_WRK_RATE = re.compile(r"Requests/sec:\s*([\d.]+)")
_WRK_MEDIAN = re.compile(r"\b50%\s+([\d.]+)(us|ms|s)\b")
_WRK_FAILED = re.compile(r"Non-2xx or 3xx responses: \d+|Socket errors:.*")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Target:
    """What to ask for, and with which key."""

    port: int
    path: str
    key: str | None = None

    @property
    def authorization(self) -> str | None:
        """The header's value."""
        return None if self.key is None else f"Bearer {self.key}"


@dataclass(frozen=True)
class Throughput:
    """What one spell of load reached."""

    requests_per_second: float
    median_milliseconds: float


def generator() -> str:
    """Name the load generator that ``load`` uses."""
    return "wrk, one thread" if shutil.which("wrk") else "Python with uvloop, in this process"


def load(target: Target, *, connections: int, seconds: float) -> Throughput:
    """Ask for one address over and over.

    Raises:
        MeasurementError: an answer was not 200, or a connection broke.
    """
    wrk = shutil.which("wrk")
    if wrk is not None:
        return _wrk(wrk, target, connections, seconds)
    return uvloop.run(_ask_until(target, connections, seconds))


def _wrk(wrk: str, target: Target, connections: int, seconds: float) -> Throughput:
    command = [wrk, "--threads", "1", "--connections", str(connections), "--latency"]
    # Whole seconds are all that wrk knows.
    command += ["--duration", f"{max(1, round(seconds))}s"]
    if target.authorization is not None:
        command += ["--header", f"Authorization: {target.authorization}"]
    try:
        said = subprocess.run(
            [*command, f"http://{HOST}:{target.port}{target.path}"],
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + _GRACE_SECONDS,
        ).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise MeasurementError(f"wrk failed on {target.path}") from error
    return read_wrk(said, target.path)


def read_wrk(said: str, path: str) -> Throughput:
    """Read what ``wrk`` printed.

    Raises:
        MeasurementError: requests failed.
    """
    if failed := _WRK_FAILED.search(said):
        raise MeasurementError(f"{path}: {failed[0]}")
    rate, median = _WRK_RATE.search(said), _WRK_MEDIAN.search(said)
    if rate is None or median is None:
        raise MeasurementError(f"wrk said something unexpected:\n{said}")
    return Throughput(float(rate[1]), float(median[1]) * _MILLISECONDS[median[2]])


async def _ask_until(target: Target, connections: int, seconds: float) -> Throughput:
    loop = asyncio.get_running_loop()
    began = perf_counter()
    clients = [_Client(target, began + seconds, loop.create_future()) for _ in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, HOST, target.port)  # type: ignore[misc]
    async with asyncio.timeout(seconds + _GRACE_SECONDS):
        await asyncio.gather(*(client.ended for client in clients))
    latencies = sorted(latency for client in clients for latency in client.latencies)
    if not latencies:
        raise MeasurementError(f"{target.path}: no answer within {seconds} seconds")
    return Throughput(
        len(latencies) / (perf_counter() - began), latencies[len(latencies) // 2] * 1000
    )


class _Client(asyncio.Protocol):
    """One connection with one request under way."""

    def __init__(self, target: Target, until: float, ended: asyncio.Future[None]) -> None:
        lines = [f"GET {target.path} HTTP/1.1", f"Host: {HOST}:{target.port}"]
        if target.authorization is not None:
            lines.append(f"Authorization: {target.authorization}")
        self._request = "\r\n".join([*lines, "", ""]).encode()
        self._path = target.path
        self._until = until
        self._received = b""
        self._asked = 0.0
        self.latencies: list[float] = []
        self.ended = ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_ends = self._received.find(_HEADER_END)
        if head_ends < 0:
            return
        length = _LENGTH.search(self._received, 0, head_ends + len(_HEADER_END))
        if length is None or not self._received.startswith(b"HTTP/1.1 200 "):
            status = self._received[:_SHOWN_BYTES].partition(b"\r\n")[0].decode("latin-1")
            self._fail(f"{self._path}: {status}")
        elif len(self._received) >= head_ends + len(_HEADER_END) + int(length[1]):
            now = perf_counter()
            self.latencies.append(now - self._asked)
            self._received = b""
            if now < self._until:
                self._ask()
            else:
                self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._fail(f"{self._path}: the connection broke")
        elif not self.ended.done():
            self.ended.set_result(None)

    def _ask(self) -> None:
        self._asked = perf_counter()
        self._transport.write(self._request)

    def _fail(self, reason: str) -> None:
        if not self.ended.done():
            self.ended.set_exception(MeasurementError(reason))
        self._transport.close()
