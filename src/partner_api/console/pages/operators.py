"""The people and workers who may use the operator's API and the console: letting them in and out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import htpy as h

from partner_api.console.components.form import Field, form
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import (
    NONE,
    badge,
    facts,
    identifier,
    instant,
    other,
    section,
)
from partner_api.console.declare import Confirmation, Done, Pages, View
from partner_api.console.pages.sessions import SESSION_ID, end_all_form, session_columns
from partner_api.console.visit import CONFIRMED
from partner_api.ops.operators import routes as operators
from partner_api.ops.operators import session_routes as sessions
from partner_api.ops.operators.schemas import Operator
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.operators.schemas import OperatorWithToken

pages = Pages()
PLACE: Final = "Operators"
_LIST: Final = "/console/operators"
_ROLES: Final = (
    ("viewer", "reads partners, money, leases, jobs and webhooks, and changes nothing"),
    ("worker", "claims and reports jobs, and reads nothing else; for programs that render"),
    ("finance", "reads, and moves credits and cash"),
    (
        "operator",
        "does all of that, and runs partners, requests, leases, the pool, jobs and webhooks",
    ),
    ("admin", "does everything, and lets operators in and out"),
)


@pages.page("/operators")
async def list_operators(visit: Visit) -> View:
    """Show all operators, and let another one in."""
    return View(
        title="Operators",
        place=PLACE,
        body=[
            await listing(
                visit,
                operators.list_operators,
                _columns(visit),
                name="operators",
                href=lambda one: f"{_LIST}/{one.id}",
            ),
            section("What a role may do", facts(*_ROLES)),
            section("Let somebody in", _create_form(visit)),
        ],
    )


@pages.action("/operators", shows=list_operators, does=(operators.create_operator,))
async def create_operator(visit: Visit) -> View:
    """Create an operator, and show the token this once."""
    until = visit.field("expiresAt")
    made = await visit.do(
        operators.create_operator,
        {
            "name": visit.field("name"),
            "role": visit.field("role"),
            "expiresAt": f"{until}T00:00:00Z" if until else None,
        },
    )
    return _token_view(visit, made, "The new operator")


@pages.page("/operators/{operatorId}")
async def show_operator(visit: Visit, operator_id: str) -> View:
    """Show an operator: where the operator is signed in, a new token, and the end of all that."""
    found = await visit.ask(operators.read_operator, operator_id=operator_id)
    name = found.name
    if found.id == visit.whose:
        hint = "These are your own sessions. You stay signed in here."
    else:
        hint = "The token stays good: whoever has it can sign in again."
    return View(
        title=name,
        place=PLACE,
        trail=((PLACE, _LIST),),
        body=[
            facts(
                ("Status", badge(_status(visit, found))),
                ("Role", f"{found.role}: {dict(_ROLES)[found.role]}"),
                ("Token", identifier(found.prefix)),
                ("Id", identifier(found.id)),
                ("Created", instant(found.created_at)),
                ("Token rotated", instant(found.rotated_at)),
                ("Token expires", instant(found.expires_at)),
                ("Revoked", instant(found.revoked_at)),
            ),
            h.p[h.a(href=f"/console/audit?operator={quote(name)}")["What this operator has done"]],
            section(
                "Sessions",
                await listing(
                    visit,
                    sessions.list_sessions,
                    session_columns(visit, whose=False),
                    name="sessions",
                    only_csv=[SESSION_ID],
                    query={"operatorId": found.id, "limit": 25},
                    empty="This operator has not signed in to the console within the last week.",
                ),
                end_all_form(visit, found.id, hint),
            ),
            _token_forms(visit, found) if found.revoked_at is None else None,
        ],
    )


@pages.action(
    "/operators/{operatorId}/rotate", shows=show_operator, does=(operators.rotate_operator,)
)
async def rotate_operator(visit: Visit, operator_id: str) -> View:
    """Replace an operator's token, and show the new one this once."""
    found = await visit.ask(operators.read_operator, operator_id=operator_id)
    if found.id == visit.whose and not visit.field(CONFIRMED):
        raise Confirmation(
            "This is your own token. The new one is on the next page, this once, and nobody can show it again: "
            "have a place ready for it. You are then signed out everywhere, here too.",
            [("Your token", "works", "another"), ("Your sessions", "go on", "end")],
        )
    made = await visit.do(operators.rotate_operator, operator_id=operator_id)
    return _token_view(visit, made, "The new token")


@pages.action(
    "/operators/{operatorId}/revoke", shows=show_operator, does=(operators.revoke_operator,)
)
async def revoke_operator(visit: Visit, operator_id: str) -> Done:
    """Revoke an operator."""
    if not visit.field(CONFIRMED):
        found = await visit.ask(operators.read_operator, operator_id=operator_id)
        whose = "You lose" if found.id == visit.whose else f"{visible(found.name)} loses"
        raise Confirmation(
            f"{whose} all access, for ever. What was done under this name stays in the audit log.",
            [("Token", found.prefix, "refused"), ("Sessions", "go on", "end")],
        )
    gone = await visit.do(operators.revoke_operator, operator_id=operator_id)
    return Done(f"{_LIST}/{gone.id}", "The operator is revoked.")


def _create_form(visit: Visit) -> h.Node:
    return form(
        visit,
        "operator",
        _LIST,
        [
            Field(
                "name",
                "Name",
                required=True,
                hint="The audit log names it. Nobody else who is not revoked may have it.",
                attributes={"maxlength": "120"},
            ),
            Field(
                "role", "Role", "select", value="viewer", options=[(one, one) for one, _ in _ROLES]
            ),
            Field(
                "expiresAt",
                "Token expires on",
                "date",
                hint="At the beginning of that day, in UTC. Without it: never.",
            ),
        ],
        submit="Create the operator",
        does=operators.create_operator,
    )


def _token_forms(visit: Visit, found: Operator) -> h.Node:
    own = found.id == visit.whose
    rotating = "The old token stops working at once, and every session that it opened ends"
    return [
        section(
            "New token",
            form(
                visit,
                "rotate",
                f"{_LIST}/{found.id}/rotate",
                [],
                submit="Rotate the token",
                above=h.p[f"{rotating}; also this one." if own else f"{rotating}."],
                does=operators.rotate_operator,
            ),
        ),
        section(
            "Revoke",
            form(
                visit,
                "revoke",
                f"{_LIST}/{found.id}/revoke",
                [],
                submit="Revoke the operator",
                tone="danger",
                above=h.p["It is final. You are asked once more."],
                does=operators.revoke_operator,
            ),
        ),
    ]


def _token_view(visit: Visit, made: OperatorWithToken, title: str) -> View:
    """Return the only page that shows an operator's token."""
    own = made.operator.id == visit.whose
    return View(
        title=title,
        place=PLACE,
        trail=((PLACE, _LIST), (made.operator.name, f"{_LIST}/{made.operator.id}")),
        body=[
            h.p(".banner.warn")[made.warning],
            h.p[h.code(".secret", tabindex="0")[made.secret]],
            facts(
                ("Name", other(made.operator.name)),
                ("Role", made.operator.role),
                (
                    "Expires",
                    instant(made.operator.expires_at) if made.operator.expires_at else NONE,
                ),
            ),
            h.p["You are signed out now. Sign in with the new token when you have stored it."]
            if own
            else None,
            h.p[
                h.a(".button", href="/console/sign-in")["Sign in"]
                if own
                else h.a(".button", href=f"{_LIST}/{made.operator.id}")["To the operator"]
            ],
        ],
    )


def _status(visit: Visit, operator: Operator) -> str:
    if operator.revoked_at is not None:
        return "revoked"
    if operator.expires_at is None:
        return "active"
    is_over = datetime.fromisoformat(operator.expires_at) <= visit.request.now
    return "expired" if is_over else "active"


def _columns(visit: Visit) -> list[Column[Operator]]:
    return [
        Column[Operator]("Name", lambda one: other(one.name), lambda one: one.name),
        Column[Operator]("Role", lambda one: one.role, lambda one: one.role),
        Column[Operator](
            "Status", lambda one: badge(_status(visit, one)), lambda one: _status(visit, one)
        ),
        Column[Operator]("Token", lambda one: identifier(one.prefix), lambda one: one.prefix),
        Column[Operator](
            "Rotated", lambda one: instant(one.rotated_at), lambda one: one.rotated_at
        ),
        Column[Operator](
            "Expires", lambda one: instant(one.expires_at), lambda one: one.expires_at
        ),
        Column[Operator](
            "Created", lambda one: instant(one.created_at), lambda one: one.created_at
        ),
        Column[Operator]("Id", lambda one: identifier(one.id), lambda one: one.id),
    ]
