"""What a cluster's coordinator sends to the other nodes for the statements of one connection."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from partner_api.database.connection import Connection

_ISSUING = "issuing "
# What goes with a transaction over several nodes, and is no statement of ours.
_FRAME = ("BEGIN TRANSACTION", "COMMIT", "PREPARE TRANSACTION", "ROLLBACK")


@asynccontextmanager
async def remote_commands(connection: Connection) -> AsyncIterator[list[str]]:
    """Note each command that is sent to another node while the block runs, without the frame of a transaction."""
    commands: list[str] = []

    def note(_: Any, message: Any) -> None:
        if message.message.startswith(_ISSUING):
            command = message.message.removeprefix(_ISSUING)
            if not command.startswith(_FRAME):
                commands.append(" ".join(command.split()))

    await connection.execute("SET client_min_messages = log; SET citus.log_remote_commands = on")
    connection.add_log_listener(note)
    try:
        yield commands
        # The driver tells of messages in a later turn of the loop.
        await asyncio.sleep(0)
    finally:
        connection.remove_log_listener(note)
        await connection.execute("RESET client_min_messages; RESET citus.log_remote_commands")
