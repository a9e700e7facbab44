"""Calling a function that moves money: the call is the transaction, and the function keeps the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from partner_api.edge.idempotency.records import Shape, answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.edge.wire.reply import Reply
    from partner_api.errors import ApiError

Item_contra = TypeVar("Item_contra", contravariant=True)
T = TypeVar("T")


class MoneyFunction(Protocol[Item_contra]):
    """A function of a store that moves money: items in, an outcome of each back, in their order."""

    async def __call__(
        self, connection: Connection, tenant_id: int, now: datetime, items: Sequence[Item_contra], /
    ) -> list[Outcome]:
        """Call it outside a transaction."""
        ...


async def money(
    request: ApiRequest,
    function: MoneyFunction[Item_contra],
    item: Item_contra,
    shape: Shape[T],
    *,
    tenant: int | Callable[[Connection], Awaitable[int]] | None = None,
    repeated: Shape[T] | None = None,
    conflict: Callable[[dict[str, Any] | None], ApiError] | None = None,
) -> Reply[T]:
    """Do the one operation that a request is, and answer with the status of its route.

    Args:
        request: the request, of a route that runs as ``Runs.MONEY``.
        function: of the store.
        item: the operation, with ``audit_argument`` and ``idempotency_argument``.
        shape: makes the answer of the facts; a ``Reply`` has a status of its own.
        tenant: whose it is, or what finds that out on the connection of the call; without it, the caller's.
        repeated: makes the answer of a repetition, where it is another one.
        conflict: makes the error of a CONFLICT of its facts, where the usual one does not say enough.

    Raises:
        ApiError: the function refused, or there is no tenant.
    """
    async with request.services.pool.acquire() as connection:
        if tenant is None:
            tenant = request.caller.tenant_id
        elif not isinstance(tenant, int):
            tenant = await tenant(connection)
        (outcome,) = await function(connection, tenant, request.now, [item])
    if conflict is not None and outcome.code == "CONFLICT":
        raise conflict(outcome.facts)
    if repeated is not None and outcome.status == "replayed":
        shape = repeated
    return answer(outcome, shape, request.success_status)
