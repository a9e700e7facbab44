"""The first operator of an installation, and a new token for one who has none any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from partner_api.clock import Clock
from partner_api.database import version
from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.edge.idempotency.records import OPERATOR_TENANT
from partner_api.edge.identity.audit import write_audit
from partner_api.edge.identity.credentials import mint_operator_token
from partner_api.ids import format_id, new_uuid7
from partner_api.operators import store
from partner_api.processes.startup import StartupError
from partner_api.rehearsal.store import read_installation
from partner_api.time_limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection


async def require_no_operator(connection: Connection) -> None:
    """Check that there is no operator yet.

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
    """Create the first operator, with the role ``admin``.

    Args:
        url: the database, as the application's role.
        secret_keys: what tokens are hashed with.
        name: of the operator.
        on_made: takes the token, which is not kept. It is called before the commit: if it fails, there is no
            operator, and the command can be run again.

    Raises:
        StartupError: there is an operator already; ask that one.
    """
    now = Clock().now()
    connection = await connect(url, command_seconds=COMMAND_SECONDS)
    try:
        async with connection.transaction():
            # Two at once must not both be first.
            await store.lock_table(connection)
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


_NOT_THE_OWNER = (
    "This URL is that of a role that only serves, and a token is given back to whoever owns the "
    "database. Set LAYERS_MIGRATION_DATABASE_URL to the owner's URL."
)


async def recover_operator(
    owner_url: str, secret_keys: SecretKeys, *, name: str, on_made: Callable[[str, bool], None]
) -> None:
    """Create an admin of this name, or replace the token of the one that there is.

    The database is left in the mode and at the schema that it has: a server may be running on it.

    Args:
        owner_url: of the role that owns the schema.
        secret_keys: those of the installation.
        name: of the operator.
        on_made: takes the token, which is not kept, and whether it replaces another. It is called before the commit:
            if it fails, nothing has changed.

    Raises:
        StartupError: the role is not the owner; an operator of this name is no admin or the demo's.
        MigrationError, SecretKeyError: the database is another version's, or the keys another's.
    """
    connection = await connect(owner_url, command_seconds=COMMAND_SECONDS)
    try:
        await version.require_current(connection)
        if not await version.is_owner(connection):
            raise StartupError(_NOT_THE_OWNER)
        await secret_keys.verify_installation(connection)
        now = Clock((await read_installation(connection)).clock_offset_seconds).now()
        async with connection.transaction():
            token, replaced = await _admin_token(connection, now, secret_keys, name)
            on_made(token, replaced)
    except asyncpg.UniqueViolationError:
        raise StartupError(
            f"Somebody has just made an operator {name!r}. Run the command again."
        ) from None
    finally:
        await connection.close()


async def _admin_token(
    connection: Connection, now: datetime, secret_keys: SecretKeys, name: str
) -> tuple[str, bool]:
    """Create an admin of this name, or replace the token of the one that there is.

    Returns:
        The token, and whether it replaces another.
    """
    token = mint_operator_token()
    operators = await store.lock_operators(connection)
    found = next((one for one in operators if one.name == name and one.revoked_at is None), None)
    if found is None:
        operator = await store.insert_operator(
            connection,
            now,
            operator_id=new_uuid7(now),
            credential=token,
            secret_keys=secret_keys,
            name=name,
            role="admin",
        )
    elif found.role != "admin" or found.demo:
        raise StartupError(f"There is an operator {name!r} who is no admin. Choose another --name.")
    else:
        operator = await store.restore_token(
            connection, now, operator_id=found.id, credential=token, secret_keys=secret_keys
        )
    await write_audit(
        connection,
        now,
        OPERATOR_TENANT,
        None,
        "operator.recovered",
        SYSTEM,
        details={
            "operatorId": format_id("opr", operator.id),
            "name": name,
            "role": "admin",
            "replaced": found is not None,
        },
    )
    return token.text, found is not None
