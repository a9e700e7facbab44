"""The one operation that a request is: a function moves the money and keeps the record, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from partner_api.edge.idempotency.records import Shape, answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from partner_api.database.connection import Connection
    from partner_api.edge.money_queues import MoneyFunction
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.edge.wire.reply import Reply
    from partner_api.errors import ApiError

Item = TypeVar("Item")
T = TypeVar("T")


async def money(
    request: ApiRequest,
    function: MoneyFunction[Item],
    item: Item,
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
        tenant: whose it is, or what looks that up; without it, the caller's.
        repeated: makes the answer of a repetition, where it is another one.
        conflict: makes the error of a CONFLICT of its facts, where the usual one does not say enough.

    Raises:
        ApiError: the function refused, or there is no tenant.
        TooMuchInFlight, OutcomeUnknown: see ``MoneyCalls.call``.
    """
    if tenant is None:
        tenant = request.caller.tenant_id
    elif not isinstance(tenant, int):
        # It is a look at one row, and must not stand behind those who wait for locks.
        async with request.connection(writes=False) as connection:
            tenant = await tenant(connection)
    outcome = await request.services.money_calls.call(function, tenant, item, request.deadline)
    if conflict is not None and outcome.code == "CONFLICT":
        raise conflict(outcome.facts)
    if repeated is not None and outcome.status == "replayed":
        shape = repeated
    return answer(outcome, shape, request.success_status)
