"""Wire types of what happened to one thing, as the operator reads it in the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds
from partner_api.edge.wire.fields import BareIdText, MillisecondsText
from partner_api.edge.wire.pagination import Cursor

if TYPE_CHECKING:
    from partner_api.audit import history_store


class HistoryQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """A page of what happened."""

    limit: Annotated[int, Meta(ge=1, le=200, description="Events on a page.")] = 50
    cursor: Cursor | None = None


class HistoryEvent(Struct, frozen=True, rename="camel", kw_only=True):
    """One thing that happened."""

    event_id: BareIdText
    event_type: Annotated[str, Meta(examples=["leased_account.priced"])]
    occurred_at: MillisecondsText
    actor: Literal["partner_api", "operator", "system"]
    operator: Annotated[str | None, Meta(description="The name of the operator who did it.")]
    request_id: Annotated[str | None, Meta(description="As in `X-Request-Id` of its answer.")]
    data: Annotated[dict[str, Any], Meta(description="What was done, and to what.")]


E = TypeVar("E", bound=HistoryEvent)


def history_event_of(kind: type[E], event: history_store.HistoryEvent) -> E:
    """Return the wire form of an event, as the reference calls it for the thing that it is of."""
    details = dict(event.details)
    return kind(
        event_id=str(event.event_id),
        event_type=event.event_type,
        occurred_at=format_milliseconds(event.occurred_at),
        actor=event.actor,
        operator=details.pop("operator", None),
        request_id=event.request_id,
        data=details,
    )
