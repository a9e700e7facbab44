"""The libraries' clients, by the kind that a test asks for."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Protocol

import pytest
import pytest_asyncio
from tests.sdk.node import install_library, node_program
from tests.sdk.node_caller import NodeCaller, NodeDriver
from tests.sdk.python_callers import AsyncCaller, SyncCaller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.sdk.callers import Caller, ClientSettings

KINDS = ("Layers", "AsyncLayers", "TypeScript")


class OpenCaller(Protocol):
    """Makes clients of one kind, which are closed after the test."""

    async def __call__(self, settings: ClientSettings) -> Caller: ...


@pytest.fixture(scope="session")
def typescript_library(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """What installs the TypeScript library, the first time, and returns the folder where it can be imported."""

    @functools.cache
    def install() -> Path:
        folder = tmp_path_factory.mktemp("typescript")
        install_library(folder)
        return folder

    return install


class Node:
    """The process of Node, once somebody needs it."""

    def __init__(self, stack: AsyncExitStack, library: Callable[[], Path]) -> None:
        self._stack = stack
        self._library = library
        self._driver: NodeDriver | None = None

    async def driver(self) -> NodeDriver:
        """Build the TypeScript library and start the process, the first time."""
        if self._driver is None:
            program = node_program()
            self._driver = await self._stack.enter_async_context(
                NodeDriver(program, await asyncio.to_thread(self._library))
            )
        return self._driver


@pytest_asyncio.fixture(scope="session")
async def node(typescript_library: Callable[[], Path]) -> AsyncIterator[Node]:
    """Node, for the whole session."""
    async with AsyncExitStack() as stack:
        yield Node(stack, typescript_library)


@pytest_asyncio.fixture(params=KINDS)
async def open_caller(request: pytest.FixtureRequest, node: Node) -> AsyncIterator[OpenCaller]:
    """What makes clients, for each kind in turn."""
    async with AsyncExitStack() as stack:
        yield await _opener(request.param, node, stack)


@pytest_asyncio.fixture
async def all_open_callers(node: Node) -> AsyncIterator[list[OpenCaller]]:
    """What makes clients of each kind, but of Node where it is not installed: for tests that cost much beside them."""
    async with AsyncExitStack() as stack:
        openers = []
        for kind in KINDS:
            with contextlib.suppress(pytest.skip.Exception):
                openers.append(await _opener(kind, node, stack))
        yield openers


async def _opener(kind: str, node: Node, stack: AsyncExitStack) -> OpenCaller:
    """Return what makes clients of a kind, which are closed with the stack."""
    driver = await node.driver() if kind == "TypeScript" else None

    async def open_one(settings: ClientSettings) -> Caller:
        caller: Caller
        if driver is not None:
            caller = await NodeCaller.open(driver, settings)
        else:
            caller = (SyncCaller if kind == "Layers" else AsyncCaller)(settings)
        stack.push_async_callback(caller.close)
        return caller

    return open_one
