"""A node of the simulated installation: a process that is told over a pipe what to do, and killed at will."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from partner_api.database.connection import open_pool
from partner_api.simulation.stops import Stop, StoppingConnection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from multiprocessing.connection import Connection as Pipe


# The driver looks types up when a statement first has them, which takes longer than the statement.
# One look at all that the money functions take makes a new node ready in a quarter of the time.
_TYPES = """
SELECT $1::credit_posting[], $2::credit_allocation[], $3::credit_configuration[],
       $4::subscription_setting[], $5::job_start[], $6::job_settlement[], $7::job_release[],
       $8::cash_posting[], $9::lease_assignment[], NULL::outcome[]
"""


class Request(NamedTuple):
    """What to do: a coroutine function, which gets the node's pool first, and where to stop."""

    function: Callable[..., Awaitable[Any]]
    arguments: tuple[Any, ...]
    stop: Stop | None


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


class Stopped(NamedTuple):
    """The boundary of the request is reached; the node waits for its end."""


async def serve(pipe: Pipe, url: str) -> None:
    """Answer requests until the pipe is closed at the other end.

    Reading the pipe blocks the loop on purpose: between requests there is nothing else to do.
    """
    pool = await open_pool(
        url,
        1,
        connection_class=StoppingConnection,
        settings={"application_name": "layers-simulate", "jit": "off"},
        # Between requests the loop stands still, so nothing may wait for a time to pass.
        kept_idle_seconds=0,
    )
    async with pool.acquire() as connection:
        await connection.prepare(_TYPES)
        pipe.send(Ready(os.getpid(), connection.get_server_pid()))

    def halt() -> NoReturn:
        pipe.send(Stopped())
        pipe.poll(None)
        # Not killed, so the driver itself is gone.
        os._exit(1)

    StoppingConnection.halt = staticmethod(halt)
    while True:
        try:
            request: Request = pipe.recv()
        except EOFError:
            break
        StoppingConnection.begin(request.stop)
        message: Answer | Failure
        try:
            message = Answer(await request.function(pool, *request.arguments))
        except Exception as error:
            message = Failure(f"{type(error).__name__}: {error}")
        pipe.send(message)
    await pool.close()
