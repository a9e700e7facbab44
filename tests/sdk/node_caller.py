"""The clients of the TypeScript library, as tests call them: in one process of Node, over its standard input."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import shutil
from pathlib import Path
from typing import Any

from tests.sdk.callers import (
    NO_OPTIONS,
    CallFailed,
    ClientSettings,
    JsonObject,
    Options,
    RawAnswer,
)
from tests.sdk.node import SOURCE

DRIVER = SOURCE / "tests" / "scenarios" / "driver.mjs"
_WAIT_SECONDS = 300.0
_UNDERSCORE = re.compile(r"_(\w)")
_LINE_BYTES = 64 * 1024 * 1024


class NodeDriver:
    """The process; use it in an ``async with`` block.

    Args:
        node: the program.
        folder: where the library is installed.
    """

    def __init__(self, node: str, folder: Path) -> None:
        self._node = node
        self._folder = folder
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    async def __aenter__(self) -> NodeDriver:
        # What it imports is looked for beside it.
        program = shutil.copy(DRIVER, self._folder)
        self._process = await asyncio.create_subprocess_exec(
            self._node,
            "--expose-gc",
            str(program),
            cwd=self._folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE_BYTES,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._reader
        assert await self._process.wait() == 0

    async def ask(self, action: str, **asked: Any) -> Any:
        """Have something done.

        Raises:
            CallFailed: it failed.
        """
        number = next(self._numbers)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._send({"id": number, "do": action, **asked})
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                return await answer
        except asyncio.CancelledError:
            self._send({"id": 0, "do": "abort", "call": number})
            raise
        finally:
            del self._waiting[number]

    def _send(self, line: JsonObject) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line, default=_base64).encode() + b"\n")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            answer = self._waiting.get(told["id"])
            if answer is None or answer.done():
                continue
            if "error" in told:
                answer.set_exception(CallFailed(**told["error"]))
            else:
                answer.set_result(told["result"])
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(EOFError("Node has ended"))


class NodeCaller:
    """``new Layers(…)`` or ``new LayersOperator(…)`` in the process."""

    _numbers = itertools.count(1)

    def __init__(self, driver: NodeDriver) -> None:
        self._driver = driver
        self._client = next(self._numbers)
        self.called: set[str] = set()

    @classmethod
    async def open(cls, driver: NodeDriver, settings: ClientSettings) -> NodeCaller:
        """Create a client in the process."""
        caller = cls(driver)
        credential = "apiKey" if settings.api == "partner" else "token"
        given = {
            credential: settings.credential,
            "baseUrl": settings.base_url,
            "timeout": _milliseconds(settings.timeout_seconds),
            "maxRetries": settings.max_retries,
        }
        await caller._ask("open", api=settings.api, settings=_given(given))
        return caller

    async def call(self, name: str, /, options: Options = NO_OPTIONS, **arguments: Any) -> Any:
        """Await a method."""
        return await self._call("call", name, arguments, options=_options(options))

    async def raw(self, name: str, /, **arguments: Any) -> RawAnswer:
        """Await a method's ``withRawResponse()``."""
        told = await self._call("raw", name, arguments)
        return RawAnswer(
            told["status"], told["headers"], told["requestId"], told["rateLimit"], told["data"]
        )

    async def walk(
        self, name: str, /, *, at_most: int | None = None, **arguments: Any
    ) -> list[Any]:
        """Iterate over all pages."""
        items: list[Any] = await self._call("walk", name, arguments, atMost=at_most)
        return items

    async def count(self, name: str, /, marks: list[int]) -> list[int]:
        """Walk all pages and measure the heap."""
        bytes_in_use: list[int] = await self._call("count", name, {}, marks=marks)
        return bytes_in_use

    async def methods(self) -> set[str]:
        """Return what the objects have, by the names that Python has."""
        names = await self._ask("methods")
        return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in names}

    async def close(self) -> None:
        """Forget the client; there is nothing to close."""
        await self._ask("close")

    async def _call(self, action: str, name: str, arguments: JsonObject, **more: Any) -> Any:
        self.called.add(name)
        return await self._ask(action, name=_camel_case(name), params=arguments or None, **more)

    async def _ask(self, action: str, **asked: Any) -> Any:
        return await self._driver.ask(action, client=self._client, **asked)


def _options(options: Options) -> JsonObject:
    return _given(
        {
            "idempotencyKey": options.idempotency_key,
            "organization": options.organization,
            "timeout": _milliseconds(options.timeout_seconds),
            "maxRetries": options.max_retries,
            "extraHeaders": options.extra_headers,
        }
    )


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def _given(values: JsonObject) -> JsonObject:
    return {name: value for name, value in values.items() if value is not None}


def _camel_case(name: str) -> str:
    return _UNDERSCORE.sub(lambda found: found[1].upper(), name)


def _base64(value: object) -> JsonObject:
    assert isinstance(value, bytes)
    return {"$base64": base64.b64encode(value).decode()}
