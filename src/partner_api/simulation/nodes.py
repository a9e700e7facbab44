"""The driver's side of the nodes: starting them, asking them, killing them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from multiprocessing.connection import Connection as Pipe
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from partner_api.simulation import store
from partner_api.simulation.node import Answer, Failure, KillPointReached, Ready, Request
from partner_api.time_limits import SIMULATED_NODE_SECONDS, SIMULATION_END_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from partner_api.database.connection import Connection
    from partner_api.simulation.kill_points import KillPoint

_POLL_SECONDS = 0.001


class NodeKilled(Exception):
    """The node reached the kill point of its request and was killed; there is no answer."""


class NodeFailed(Exception):
    """The node raised something, ended by itself or did not answer; the message says what."""


class _Node(NamedTuple):
    pipe: Pipe
    process_id: int
    backend_id: int


class Nodes:
    """Processes that work on one database. A killed one is replaced when it is next needed.

    Args:
        url: of the database, as the application's role.
        connection: the driver's own, to see how the database gets over a kill.
    """

    def __init__(self, url: str, connection: Connection) -> None:
        self._url = url
        self._connection = connection
        self._nodes: dict[int, _Node] = {}
        self._spare: Pipe | None = None
        self.killed = 0

    def __enter__(self) -> Self:
        self._control, remote = socket.socketpair()
        with remote:
            self._fork_server = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "partner_api.simulation.fork_server"),
                    str(remote.fileno()),
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=[remote.fileno()],
                # Ctrl-C is the driver's business.
                start_new_session=True,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # All of them end when this end of their pipes is closed, and then the fork server does.
        for node in self._nodes.values():
            node.pipe.close()
        if self._spare is not None:
            self._spare.close()
        self._control.close()
        try:
            self._fork_server.wait(SIMULATION_END_SECONDS)
        except subprocess.TimeoutExpired:
            # Interrupted at the very moment at which a node was made: nobody holds its pipe.
            os.killpg(self._fork_server.pid, signal.SIGKILL)
            self._fork_server.wait()

    async def call(
        self,
        number: int,
        function: Callable[..., Awaitable[Any]],
        arguments: tuple[Any, ...],
        kill_point: KillPoint | None = None,
    ) -> Any:
        """Run a function on a node, and return what it returns.

        Args:
            number: which node.
            function: one of `work`; its first argument is the node's pool.
            arguments: the others.
            kill_point: where to kill the node.

        Raises:
            NodeKilled: it was killed there.
            NodeFailed: it could not do it.
        """
        if number not in self._nodes:
            self._nodes[number] = self._start()
        node = self._nodes[number]
        node.pipe.send(Request(function, arguments, kill_point))
        message = _receive(node.pipe)
        if isinstance(message, Answer):
            return message.value
        if isinstance(message, KillPointReached):
            await self._kill(number)
            raise NodeKilled
        assert isinstance(message, Failure)  # noqa: S101 - the messages that there are
        raise NodeFailed(message.reason)

    def _start(self) -> _Node:
        """Return a new node, one that was started beforehand if there is one, and start the next."""
        pipe, self._spare = self._spare or self._fork(), None
        try:
            self._spare = self._fork()
            ready = _receive(pipe)
        except BaseException:
            # An interruption too: a pipe that nobody closes keeps its node, and with it the fork server.
            pipe.close()
            raise
        assert isinstance(ready, Ready)  # noqa: S101 - always the first
        return _Node(pipe, ready.process_id, ready.backend_id)

    def _fork(self) -> Pipe:
        local, remote = socket.socketpair()
        with remote:
            socket.send_fds(self._control, [self._url.encode()], [remote.fileno()])
        return Pipe(local.detach())

    async def _kill(self, number: int) -> None:
        node = self._nodes.pop(number)
        os.kill(node.process_id, signal.SIGKILL)
        self.killed += 1
        try:
            node.pipe.recv()
        except EOFError:
            node.pipe.close()
        # What the database still does for the dead is done before anything else happens, so that the
        # run can be repeated.
        give_up = time.monotonic() + SIMULATED_NODE_SECONDS
        while await store.backend_runs(self._connection, node.backend_id):
            if time.monotonic() > give_up:
                raise NodeFailed("the database goes on working for a process that was killed")
            await asyncio.sleep(_POLL_SECONDS)


def _receive(pipe: Pipe) -> Any:
    try:
        if pipe.poll(SIMULATED_NODE_SECONDS):
            return pipe.recv()
    except (EOFError, ConnectionResetError):
        raise NodeFailed("the process ended by itself") from None
    raise NodeFailed(f"no answer in {SIMULATED_NODE_SECONDS:.0f} seconds")
