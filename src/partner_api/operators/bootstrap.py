"""The first operator of an installation, who makes the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.clock import Clock
from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.edge.audit import write_audit
from partner_api.edge.credentials import mint_operator_token
from partner_api.edge.idempotency import OPERATOR_TENANT
from partner_api.ids import format_id, new_uuid7
from partner_api.operators import store
from partner_api.startup import StartupError
from partner_api.time_limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection


async def require_no_operator(connection: Connection) -> None:
    """Check that the first operator is still to be made.

    Raises:
        StartupError: there is one already.
    """
    if await store.has_operators(connection):
        raise StartupError(
            "There is an operator already. Ask an operator with the role admin for a token. "
            "If no admin has one any more, add --recover."
        )


async def bootstrap_operator(
    url: str, secret_keys: SecretKeys, *, name: str, on_made: Callable[[str], None]
) -> None:
    """Make an operator with the role ``admin``.

    Args:
        url: the database, as the application's role.
        secret_keys: what tokens are hashed with.
        name: of the operator.
        on_made: takes the token, which is not kept. It is called before the operator is there for good: if it fails,
            there is none, and nobody is locked out.

    Raises:
        StartupError: there is an operator already; ask that one.
    """
    now = Clock().now()
    connection = await connect(url, command_seconds=COMMAND_SECONDS)
    try:
        async with connection.transaction():
            # Two at once must not both be first.
            await connection.execute("LOCK TABLE operators IN SHARE ROW EXCLUSIVE MODE")
            await require_no_operator(connection)
            token = mint_operator_token()
            operator_id = new_uuid7(now)
            await store.insert_operator(
                connection,
                now,
                operator_id=operator_id,
                credential=token,
                secret_keys=secret_keys,
                name=name,
                role="admin",
            )
            await write_audit(
                connection,
                now,
                OPERATOR_TENANT,
                None,
                "operator.created",
                SYSTEM,
                details={"operatorId": format_id("opr", operator_id), "name": name},
            )
            on_made(token.text)
    finally:
        await connection.close()
