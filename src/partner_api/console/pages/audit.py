"""The audit log of everybody: who did what, and what was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import htpy as h
import msgspec

from partner_api.console.components.form import Field
from partner_api.console.components.markup import element
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import NONE, badge, identifier, instant, other
from partner_api.console.components.things import address_of, thing
from partner_api.console.declare import Pages, View
from partner_api.ops.audit import routes as audit
from partner_api.ops.audit.schemas import OpsAuditEvent

if TYPE_CHECKING:
    from partner_api.console.visit import Visit

pages = Pages()
PLACE: Final = "Audit"
_MOST_CHARACTERS: Final = 300
_FILTERS: Final = [
    Field("organizationId", "Organization", attributes={"placeholder": "org_…", "maxlength": "40"}),
    Field(
        "eventType",
        "Event",
        attributes={"placeholder": "organization.suspended", "maxlength": "64"},
    ),
    Field("operator", "Operator", attributes={"placeholder": "name", "maxlength": "120"}),
    Field(
        "actor",
        "By",
        "select",
        options=[
            ("", "anybody"),
            ("partner_api", "partners"),
            ("operator", "operators"),
            ("system", "the system"),
        ],
    ),
    Field("since", "From", "date"),
    Field("until", "To", "date"),
    Field("requestId", "Request", attributes={"placeholder": "req_…", "maxlength": "30"}),
]


@pages.page("/audit")
async def list_audit_events(visit: Visit) -> View:
    """Show the audit log."""
    columns = [
        Column[OpsAuditEvent](
            "Event", lambda one: element("code", one.event_type), lambda one: one.event_type
        ),
        Column[OpsAuditEvent](
            "At", lambda one: instant(one.occurred_at), lambda one: one.occurred_at
        ),
        Column[OpsAuditEvent](
            "By", _by, lambda one: one.data.get("operator") or one.api_key_id or one.actor
        ),
        Column[OpsAuditEvent]("Organization", _organization, lambda one: one.organization_id),
        Column[OpsAuditEvent]("About", _about, lambda one: msgspec.json.encode(one.data).decode()),
        Column[OpsAuditEvent](
            "Request", lambda one: thing(one.request_id), lambda one: one.request_id
        ),
    ]
    return View(
        title="Audit log",
        place=PLACE,
        body=[
            h.p(".quiet")[
                "What was done and what was refused, newest first. It is kept for 90 days."
            ],
            await listing(
                visit,
                audit.list_audit_events,
                columns,
                name="audit",
                filters=_FILTERS,
                empty="Nothing here has these. If there is a next page, look there, or clear a filter.",
            ),
        ],
    )


def _by(one: OpsAuditEvent) -> h.Node:
    if one.data.get("operator"):
        return other(str(one.data["operator"]))
    if one.api_key_id:
        return element("a", "API key", href=address_of(one.api_key_id))
    return one.actor.replace("_", " ")


def _organization(one: OpsAuditEvent) -> h.Node:
    if one.organization_id is None:
        return NONE
    return [
        element(
            "a",
            other(one.organization_name or one.organization_id),
            href=f"/console/organizations/{one.organization_id}",
        ),
        [" ", badge("test", "quiet")] if one.env == "test" else None,
    ]


def _about(one: OpsAuditEvent) -> h.Node:
    """Return what a row names, with links to what has a page."""
    named = {"projectId": one.project_id, **one.data}
    rows = [
        (name, value) for name, value in named.items() if value is not None and name != "operator"
    ]
    if not rows:
        return NONE
    return element(
        "ul",
        [
            element("li", [element("span", f"{name} ", class_="quiet"), _value(value)])
            for name, value in rows
        ],
        class_="about",
    )


def _value(value: Any) -> h.Node:
    if isinstance(value, str):
        page = address_of(value)
        return identifier(value, page) if page else other(value[:_MOST_CHARACTERS])
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return [[_value(one), " "] for one in value]
    return other(msgspec.json.encode(value).decode()[:_MOST_CHARACTERS])
