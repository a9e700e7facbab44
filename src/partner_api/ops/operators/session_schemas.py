"""Wire types of the sessions in which operators look at pages, and of the links that open one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds, format_milliseconds_or_none
from partner_api.edge.wire.fields import (
    MillisecondsText,
    OperatorId,
    OperatorIdText,
    SessionId,
    SessionIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id
from partner_api.operators.session_store import SessionStatus

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.operators import session_store

_STATUS = (
    "`active`: good now. `ended`: signed out, or ended here. `expired`: its time is up. "
    "`revoked`: the token that opened it was replaced, has expired or was revoked."
)
_WHOSE = "Those of this operator, for an admin; without it one's own."


class SessionsQuery(Struct, frozen=True, rename="camel"):
    """The page of sessions to show."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Sessions on a page.")] = 25
    operator_id: Annotated[OperatorId | None, Meta(description=_WHOSE)] = None
    all_operators: Annotated[bool, Meta(description="Those of all operators, for an admin.")] = (
        False
    )
    status: Annotated[SessionStatus | None, Meta(description=_STATUS)] = None
    cursor: Cursor | None = None


class Session(Struct, frozen=True, rename="camel", kw_only=True):
    """A browser in which an operator is signed in to the console."""

    id: SessionIdText
    operator_id: OperatorIdText
    operator_name: str
    status: Annotated[SessionStatus, Meta(description=_STATUS)]
    current: Annotated[bool, Meta(description="Whether it is the one that asks.")]
    created_at: MillisecondsText
    expires_at: MillisecondsText
    ended_at: MillisecondsText | None
    address: Annotated[
        str,
        Meta(
            description="From where it was opened: an IPv4 address, an IPv6 network, or the proxy in front.",
            examples=["203.0.113.9"],
        ),
    ]
    user_agent: Annotated[str, Meta(description="What the browser calls itself.")]


class SessionsToEnd(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Whose sessions to end."""

    operator_id: Annotated[OperatorId | None, Meta(description=_WHOSE)] = None
    except_session_id: Annotated[SessionId | None, Meta(description="The one that stays.")] = None


class EndedSessions(Struct, frozen=True, rename="camel"):
    """How many sessions were ended."""

    ended: Annotated[int, Meta(ge=0)]


class NewSignInLink(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A link to the console."""

    expires_in_seconds: Annotated[
        int, Meta(ge=60, le=3600, description="How long it can be used.")
    ] = 300


class SignInLink(Struct, frozen=True, rename="camel", kw_only=True):
    """A link that opens one session of the operator who asked for it."""

    url: Annotated[
        str,
        Meta(
            description="On this server, like the address of an asset. Whoever opens it first is signed in.",
            examples=[
                "/console/sign-in/lpl_01HX9Y6K7EJ4T2QZ_4QZpN0t2vXw8yB1cD3eF5gH7iJ9kL-mO_qRsTuVwXyZ"
            ],
        ),
    ]
    expires_at: MillisecondsText


def session_of(session: session_store.Session, current: UUID | None) -> Session:
    """Return a session in its wire form.

    Args:
        session: the session.
        current: the one that asks, if one does.
    """
    return Session(
        id=format_id("ses", session.id),
        operator_id=format_id("opr", session.operator_id),
        operator_name=session.operator_name,
        status=session.status,
        current=session.id == current,
        created_at=format_milliseconds(session.created_at),
        expires_at=format_milliseconds(session.expires_at),
        ended_at=format_milliseconds_or_none(session.ended_at),
        address=session.address,
        user_agent=session.user_agent,
    )
