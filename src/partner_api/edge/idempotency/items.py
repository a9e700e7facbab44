"""Requests that are several operations: each item has an answer of its own, and a record of its own."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from partner_api.database.outages import ROLLED_BACK
from partner_api.edge.idempotency.records import (
    REPLAYED_HEADER,
    RecordedTransaction,
    idempotency_argument,
)
from partner_api.edge.wire.error_content import ErrorContent, content_of
from partner_api.edge.wire.reply import Reply, client_error, json_reply
from partner_api.errors import KINDS, ApiError, not_found
from partner_api.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partner_api.database.arguments import Idempotency, Outcome
    from partner_api.edge.money_queues import MoneyFunction
    from partner_api.edge.request.api_request import ApiRequest

Item = TypeVar("Item")
T = TypeVar("T")
_WAIT = "Retry-After"


class ItemAnswer(NamedTuple, Generic[T]):
    """What one item is answered: the status of a request that is this item alone, and its body or its error."""

    status: int
    replayed: bool
    body: T | None
    error: ErrorContent | None


def item_records(request: ApiRequest, count: int) -> list[Idempotency]:
    """Return the idempotency record of each item: that of the request, at the item's position.

    The position is beside the route, since a key may have all the characters that a record holds.
    """
    record = idempotency_argument(request)
    return [record._replace(route=f"{record.route}#{position}") for position in range(count)]


async def require_own_key(request: ApiRequest) -> None:
    """Keep that the request's key is this request's, before any of its items is done.

    The records of the items alone would not say so: an item that was refused has none, and then another request could
    do something else at its position.

    Raises:
        ApiError: IDEMPOTENCY_CONFLICT, IDEMPOTENCY_IN_PROGRESS.
    """
    if request.idempotency_key is not None:
        await RecordedTransaction(request, request.success_status, sealed=False).run(_nothing)


async def money_items(
    request: ApiRequest,
    function: MoneyFunction[Item],
    items: Sequence[Item],
    tenant_ids: Sequence[int | None],
    *,
    shape: Callable[[Item, dict[str, Any]], T],
    conflict: Callable[[dict[str, Any] | None], ApiError],
) -> list[ItemAnswer[T]]:
    """Do the operations that a request is, each tenant's in their order, and answer every one of them.

    Args:
        request: the request, of a route that runs as ``Runs.MONEY``.
        function: of the store.
        items: the operations, each with ``audit_argument`` and one of ``item_records``.
        tenant_ids: whose each is; None for one that is nobody's.
        shape: makes the answer to an item of its facts.
        conflict: makes the error of a CONFLICT of its facts.
    """
    outcomes = await asyncio.gather(
        *(
            _call(request, function, tenant_id, item)
            for tenant_id, item in zip(tenant_ids, items, strict=True)
        )
    )
    where = f"{request.method} {request.template}"
    # A batch that fails is one exception, which is logged once.
    errors = {
        raised: client_error(raised, request.request_id, where=where)
        for raised in {outcome for outcome in outcomes if isinstance(outcome, Exception)}
    }
    return [
        _answer(
            request,
            errors[outcome] if isinstance(outcome, Exception) else outcome,
            partial(shape, item),
            conflict,
        )
        for item, outcome in zip(items, outcomes, strict=True)
    ]


def items_reply(value: T, answers: Sequence[ItemAnswer[Any]]) -> Reply[T]:
    """Answer with the answers to all items; it is a replay if all of them are.

    An error may say to come back after the seconds in Retry-After, which an item cannot carry.
    """
    headers: dict[str, str] = {}
    for answer in answers:
        if answer.error is not None and (wait := KINDS[answer.error.code].headers.get(_WAIT)):
            headers[_WAIT] = wait
    if all(answer.replayed for answer in answers):
        headers |= REPLAYED_HEADER
    return json_reply(value, headers=headers)


async def _call(
    request: ApiRequest, function: MoneyFunction[Item], tenant_id: int | None, item: Item
) -> Outcome | Exception:
    if tenant_id is None:
        return not_found()
    calls = request.services.money_calls
    try:
        try:
            return await calls.call(function, tenant_id, item, request.deadline)
        except ROLLED_BACK:
            # As `Route` does for a request that is one operation.
            return await calls.call(function, tenant_id, item, request.deadline)
    except Exception as error:
        return error


def _answer(
    request: ApiRequest,
    outcome: Outcome | ApiError,
    shape: Callable[[dict[str, Any]], T],
    conflict: Callable[[dict[str, Any] | None], ApiError],
) -> ItemAnswer[T]:
    if isinstance(outcome, ApiError):
        error = outcome
    elif outcome.code is None:
        body = shape(outcome.facts or {})
        return ItemAnswer(request.success_status, outcome.status == "replayed", body, None)
    elif outcome.code == "CONFLICT":
        error = conflict(outcome.facts)
    else:
        error = refusal(outcome.code, outcome.facts)
    return ItemAnswer(error.status, False, None, content_of(error, request.request_id))


async def _nothing(_: object) -> dict[str, object]:
    """Return the answer that is kept for the request as a whole; those of its items are kept by themselves."""
    return {}
