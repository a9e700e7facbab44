"""Reads through the client libraries, and beside each the same reads with the bare client that it stands on."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import httpx2

from layers_partner import AsyncLayers, Layers
from rig.command import MeasurementError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PATH = "/v1/credits"
PACKAGE = Path(__file__).resolve().parents[2] / "sdk" / "typescript"
_LOAD = PACKAGE / "bench" / "load.mjs"
_GRACE_SECONDS = 60


@dataclass(frozen=True)
class Asked:
    """The server, a key for it, how long is asked, and how many requests are under way at a time."""

    base_url: str
    key: str
    seconds: float
    at_once: int

    @property
    def headers(self) -> dict[str, str]:
        """What authenticates a request without the library."""
        return {"Authorization": f"Bearer {self.key}"}


def layers(asked: Asked) -> float:
    """Return how many reads a second ``Layers`` does, one after the other."""
    with Layers(api_key=asked.key, base_url=asked.base_url) as client:
        return _rate(asked, client.credits.retrieve)


def bare_httpx2(asked: Asked) -> float:
    """Return how many an ``httpx2.Client`` does, reading the JSON too."""
    with httpx2.Client(base_url=asked.base_url, headers=asked.headers, trust_env=False) as client:
        return _rate(asked, lambda: client.get(PATH).raise_for_status().json())


def async_layers(asked: Asked) -> float:
    """Return how many reads a second ``AsyncLayers`` does, so many at once."""

    async def run() -> float:
        async with AsyncLayers(api_key=asked.key, base_url=asked.base_url) as client:
            return await _rate_of_tasks(asked, client.credits.retrieve)

    return asyncio.run(run())


def bare_async_httpx2(asked: Asked) -> float:
    """Return how many an ``httpx2.AsyncClient`` does."""

    async def run() -> float:
        async with httpx2.AsyncClient(
            base_url=asked.base_url, headers=asked.headers, trust_env=False
        ) as client:

            async def read() -> None:
                (await client.get(PATH)).raise_for_status().json()

            return await _rate_of_tasks(asked, read)

    return asyncio.run(run())


def typescript(asked: Asked) -> float:
    """Return how many reads a second the TypeScript library does in Node."""
    return _node("layers", asked)


def bare_fetch(asked: Asked) -> float:
    """Return how many Node's ``fetch`` does."""
    return _node("fetch", asked)


def node_program() -> str | None:
    """Return Node, where it is installed and the TypeScript library is built."""
    return shutil.which("node") if (PACKAGE / "dist").exists() else None


def _rate(asked: Asked, read: Callable[[], object]) -> float:
    read()
    began = perf_counter()
    count = 0
    while perf_counter() - began < asked.seconds:
        read()
        count += 1
    return count / (perf_counter() - began)


async def _rate_of_tasks(asked: Asked, read: Callable[[], Awaitable[object]]) -> float:
    async def ask() -> int:
        count = 0
        while perf_counter() - began < asked.seconds:
            await read()
            count += 1
        return count

    await asyncio.gather(*(read() for _ in range(asked.at_once)))
    began = perf_counter()
    counts = await asyncio.gather(*(ask() for _ in range(asked.at_once)))
    return sum(counts) / (perf_counter() - began)


def _node(what: str, asked: Asked) -> float:
    node = node_program()
    assert node is not None
    try:
        said = subprocess.run(
            [node, str(_LOAD), what, asked.base_url, str(asked.seconds), str(asked.at_once)],
            # Not among the arguments, which everybody on the machine can read.
            env={**os.environ, "LAYERS_API_KEY": asked.key},
            cwd=PACKAGE,
            capture_output=True,
            text=True,
            check=True,
            timeout=asked.seconds + _GRACE_SECONDS,
        ).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise MeasurementError(f"Node failed with {what}") from error
    return float(json.loads(said)["requestsPerSecond"])
