"""A node of the simulated installation: a process that is told over a pipe what to do, and killed at will."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from partner_api.database.connection import open_pool
from partner_api.simulation import store
from partner_api.simulation.kill_points import KillableConnection, KillPoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from multiprocessing.connection import Connection as Pipe


class Request(NamedTuple):
    """What to do: a coroutine function, which gets the node's pool first, and where to be killed."""

    function: Callable[..., Awaitable[Any]]
    arguments: tuple[Any, ...]
    kill_point: KillPoint | None


class Ready(NamedTuple):
    """The node's first message: its process, and that of the database which serves it."""

    process_id: int
    backend_id: int


class Answer(NamedTuple):
    """What the function gave."""

    value: Any


class Failure(NamedTuple):
    """The function raised something."""

    reason: str


class KillPointReached(NamedTuple):
    """The kill point of the request is reached; the node waits for its end."""


async def serve(pipe: Pipe, url: str) -> None:
    """Answer requests until the pipe is closed at the other end.

    Reading the pipe blocks the loop on purpose: between requests there is nothing else to do.
    """
    pool = await open_pool(
        url,
        1,
        connection_class=KillableConnection,
        settings={
            "application_name": "layers-simulate",
            "jit": "off",
            # What a killed node has sent is executed, however long that takes: on a busy machine the
            # database would else find the client gone in the midst of it, and the run be another one.
            "client_connection_check_interval": "0",
        },
        # Between requests the loop stands still, so nothing may wait for a time to pass.
        kept_idle_seconds=0,
    )
    async with pool.acquire() as connection:
        await store.look_types_up(connection)
        pipe.send(Ready(os.getpid(), connection.get_server_pid()))

    def halt() -> NoReturn:
        pipe.send(KillPointReached())
        pipe.poll(None)
        # Not killed, so the driver itself is gone.
        os._exit(1)

    KillableConnection.halt = staticmethod(halt)
    while True:
        try:
            request: Request = pipe.recv()
        except EOFError:
            break
        KillableConnection.begin(request.kill_point)
        message: Answer | Failure
        try:
            message = Answer(await request.function(pool, *request.arguments))
        except Exception as error:
            message = Failure(f"{type(error).__name__}: {error}")
        pipe.send(message)
    await pool.close()
