"""Where an operator is signed in, and ending that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.form import Field, form
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import badge, identifier, instant, other, section
from partner_api.console.declare import Done, Pages, View
from partner_api.edge.identity.authentication import OperatorCaller
from partner_api.ids import format_id
from partner_api.ops.operators import routes as operators
from partner_api.ops.operators import session_routes as sessions
from partner_api.ops.operators.session_schemas import Session

if TYPE_CHECKING:
    from partner_api.console.visit import Visit

pages = Pages()
_LIST: Final = "/console/sessions"
_STATUS: Final = Field(
    "status",
    "Status",
    "select",
    options=[
        ("", "all"),
        ("active", "active"),
        ("ended", "ended"),
        ("expired", "expired"),
        ("revoked", "revoked"),
    ],
)
_WHOSE: Final = Field(
    "allOperators", "Whose", "select", options=[("", "yours"), ("true", "everybody's")]
)


@pages.page("/sessions")
async def show_sessions(visit: Visit) -> View:
    """Show the browsers in which one is signed in; an admin may look at everybody's."""
    return await _view(visit)


async def _view(visit: Visit) -> View:
    manages = visit.may(operators.list_operators)
    everybodys = visit.parameter("allOperators") == "true"
    return View(
        title="Sessions",
        body=[
            h.p(".quiet")[
                "Each browser in which you have signed in is a session. It lasts twelve hours, and ends at once when "
                "your token is rotated or revoked. End one that you do not know, and rotate your token."
            ],
            await listing(
                visit,
                sessions.list_sessions,
                session_columns(visit, whose=everybodys),
                name="sessions",
                only_csv=[SESSION_ID],
                filters=[_WHOSE, _STATUS] if manages else [_STATUS],
                empty="No session is like this. Clear the filter to see all.",
            ),
            section("End all others", end_all_form(visit, visit.whose, "You stay signed in here.")),
        ],
    )


async def _show_again(visit: Visit, session_id: str) -> View:
    return await _view(visit)


@pages.action("/sessions/{sessionId}/end", shows=_show_again, does=(sessions.end_session,))
async def end_session(visit: Visit, session_id: str) -> Done:
    """End a session."""
    await visit.do(sessions.end_session, session_id=session_id)
    return Done(visit.address(), "The session has ended.")


@pages.action("/sessions/end", shows=show_sessions, does=(sessions.end_sessions,))
async def end_sessions(visit: Visit) -> Done:
    """End all sessions of an operator but the one in which this is asked for."""
    ended = await visit.do(
        sessions.end_sessions,
        {"operatorId": visit.optional("operatorId"), "exceptSessionId": _current(visit)},
    )
    if not ended.ended:
        return Done(visit.address(), "There was no other session.")
    many = "One session has" if ended.ended == 1 else f"{ended.ended} sessions have"
    return Done(visit.address(), f"{many} ended.")


def end_all_form(visit: Visit, operator_id: str, hint: str) -> h.Node:
    """Return the form that ends the sessions of an operator.

    Args:
        visit: of the page.
        operator_id: whose.
        hint: what else there is to know about it.
    """
    return form(
        visit,
        "end-all",
        f"{_LIST}/end",
        [Field("operatorId", kind="hidden", value=operator_id)],
        submit="End all others" if operator_id == visit.whose else "End all sessions",
        tone="danger",
        above=h.p[hint],
        does=sessions.end_sessions,
    )


def session_columns(visit: Visit, *, whose: bool) -> list[Column[Session]]:
    """Return the columns of a list of sessions, with a button that ends each.

    Args:
        visit: of the page.
        whose: whether they are of several operators.
    """

    def end(one: Session) -> h.Node:
        if one.current:
            return h.strong["This one"]
        if one.status != "active":
            return None
        return form(
            visit,
            f"end-{one.id}",
            f"{_LIST}/{one.id}/end",
            [],
            submit="End",
            tone="plain",
            does=sessions.end_session,
        )

    operator = Column[Session](
        "Operator", lambda one: other(one.operator_name), lambda one: one.operator_name
    )
    return [
        Column[Session](
            "Signed in", lambda one: instant(one.created_at), lambda one: one.created_at
        ),
        *([operator] if whose else []),
        Column[Session]("Status", lambda one: badge(one.status), lambda one: one.status),
        Column[Session]("End", end, lambda one: one.ended_at),
        Column[Session]("Browser", lambda one: other(one.user_agent), lambda one: one.user_agent),
        Column[Session]("Address", lambda one: other(one.address), lambda one: one.address),
        Column[Session]("Until", lambda one: instant(_until(one)), _until),
    ]


SESSION_ID: Final = Column[Session]("Id", lambda one: identifier(one.id), lambda one: one.id)


def _until(session: Session) -> str:
    return session.ended_at or session.expires_at


def _current(visit: Visit) -> str | None:
    """Return the session in which the page is looked at."""
    caller = visit.caller
    session_id = caller.session_id if isinstance(caller, OperatorCaller) else None
    return None if session_id is None else format_id("ses", session_id)
