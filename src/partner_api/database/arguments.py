"""What every money function takes beside its amounts, and what it answers.

Each class is the Python side of a composite type of the same name in the schema, fields in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class Actor(NamedTuple):
    """Who asks, as the audit log and the ledgers record it. In SQL, a ``caller``."""

    actor: Literal["partner_api", "operator", "system"]
    api_key_id: UUID | None = None
    operator_id: UUID | None = None
    operator_name: str | None = None
    request_id: str | None = None


SYSTEM = Actor("system")


class Idempotency(NamedTuple):
    """A request's idempotency record; ``key`` is None when the request carries none."""

    tenant_id: int
    caller_id: UUID
    method: str
    route: str
    key: str | None
    fingerprint: bytes


class Outcome(NamedTuple):
    """What became of one operation of a batch.

    A refusal is an answer, not an exception: ``code`` is then an error code of the API and ``facts`` its details.
    """

    status: Literal["done", "replayed", "refused"]
    code: str | None
    facts: dict[str, Any] | None


async def call_money_function(
    connection: Connection,
    function: str,
    tenant_id: int,
    now: datetime,
    items: Sequence[NamedTuple],
) -> list[Outcome]:
    """Call one of the money functions with a batch; outcomes come in the order of ``items``.

    Args:
        connection: outside a transaction, so that the call is its own.
        function: a name that this code contains, never one from outside.
        tenant_id: the tenant whose rows it touches.
        now: milliseconds at the finest.
        items: elements of the function's composite type.
    """
    rows = await connection.fetchval(f"SELECT {function}($1, $2, $3)", tenant_id, now, items)
    return [Outcome(row["status"], row["code"], row["facts"]) for row in rows]
