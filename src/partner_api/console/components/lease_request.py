"""What the page of a lease request is made of: the request, the choice of accounts, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import htpy as h
from msgspec.structs import asdict

from partner_api.console.components import choosing
from partner_api.console.components.csv_file import csv_link
from partner_api.console.components.form import Field, form
from partner_api.console.components.text import (
    age,
    badge,
    cents,
    facts,
    identifier,
    instant,
    other,
    section,
)
from partner_api.errors import ApiError
from partner_api.ops.audit import routes as audit
from partner_api.ops.lease_requests import routes as lease_requests
from partner_api.ops.lease_requests.schemas import Candidate
from partner_api.ops.pool import history_routes as pool_history

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.console.visit import Visit
    from partner_api.ops.lease_requests.schemas import QueuedLeaseRequest

MOST_CANDIDATES: Final = 100
_USUAL_CANDIDATES: Final = 25
_LIST: Final = "/console/lease-requests"


def about(visit: Visit, found: QueuedLeaseRequest) -> h.Node:
    """Return what is asked for, by whom."""
    niche = found.niche
    own = f"/console/organizations/{found.organization_id}"
    texts = [
        ("Audience", niche.audience),
        ("Target", found.target),
        ("The partner's note", found.partner_note),
    ]
    shown = facts(
        ("Status", badge(found.status)),
        ("Age", age(found.submitted_at, visit.request.now)),
        ("Organization", h.a(href=own)[other(found.organization_name)]),
        (
            "Partner",
            h.a(href=f"/console/organizations/{found.partner_id}")[other(found.partner_name)],
        ),
        ("Its cash", cents(found.cash_balance_cents)),
        ("Project", other(found.project_name)),
        ("Accounts", str(found.count)),
        ("Vertical", other(niche.vertical)),
        ("Language", niche.language or "any"),
        ("Countries", countries(niche.geo)),
        ("Id", identifier(found.id)),
    )
    return [
        shown,
        h.dl[
            (
                h.div[h.dt(".quiet")[name], h.dd(".long")[other(text)]]
                for name, text in texts
                if text
            )
        ],
    ]


async def choice(visit: Visit, found: QueuedLeaseRequest) -> h.Node:
    """Return the accounts that fit, to be chosen, and the forms that answer the request."""
    most = _USUAL_CANDIDATES
    if visit.parameter("candidates") or found.count * 2 > most:
        most = MOST_CANDIDATES
    candidates = await list_candidates(visit, found, most)
    csv = await csv_link(
        visit,
        lease_requests.list_candidates,
        choosing.IN_FILES,
        name="candidates",
        query={},
        lease_request_id=found.id,
    )
    if not visit.may(lease_requests.fulfil_lease_request):
        return section("Accounts that fit", choosing.table(candidates, None), h.p(".pages")[csv])
    again = visit.shown_again("fulfil")
    fields = again.fields if again else visit.query
    chosen = fields.get(choosing.FIELD, [])
    candidates += await _others(visit, candidates, chosen[: found.count])
    chosen = [one.id for one in candidates if one.id in chosen]
    return [
        section(
            "Accounts that fit",
            form(
                visit,
                "fulfil",
                f"{_LIST}/{found.id}/fulfil",
                _fields(visit),
                submit="Fulfil",
                shortcut="f",
                wide=True,
                above=_chosen(visit, found, candidates, chosen, most),
                beside=[
                    choosing.sums(
                        candidates,
                        chosen,
                        fields.get("monthlyPriceCents", [""])[0],
                        found.count,
                        found.cash_balance_cents,
                    ),
                    h.button(formmethod="get", formaction=visit.path)["Work out the cost"],
                ],
            )
            if candidates
            else h.p(".empty")[
                "No account is available. ", h.a(href="/console/pool")["Import some"], " or reject."
            ],
            h.p(".pages")[csv] if candidates else None,
        ),
        section("Reject", _rejection(visit, found)),
    ]


def _fields(visit: Visit) -> list[Field]:
    """Return what can be filled in beside the choice; what the address says of the list stays in it."""
    return [
        *(
            Field(name, kind="hidden", value=visit.parameter(name))
            for name in ("organizationId", "candidates")
            if visit.parameter(name)
        ),
        Field(
            "monthlyPriceCents",
            "Price of each a month, in cents",
            "cents",
            visit.parameter("monthlyPriceCents"),
            hint="p writes here. Without one, each costs what the pool says.",
            attributes={"data-key": "p"},
        ),
        Field(
            "note",
            "Note for the partner",
            value=visit.parameter("note"),
            hint="t writes here, Ctrl and Enter sends it.",
            attributes={"maxlength": "2000", "data-key": "t"},
        ),
    ]


def _rejection(visit: Visit, found: QueuedLeaseRequest) -> h.Node:
    note = Field(
        "note",
        "Why, for the partner",
        "textarea",
        required=True,
        hint="r writes here, Ctrl and Enter sends it.",
        attributes={"maxlength": "2000", "data-key": "r"},
    )
    return form(
        visit, "reject", f"{_LIST}/{found.id}/reject", [note], submit="Reject", tone="danger"
    )


def _chosen(
    visit: Visit,
    found: QueuedLeaseRequest,
    candidates: list[Candidate],
    chosen: list[str],
    most: int,
) -> h.Node:
    best = [one.id for one in candidates[: found.count]]
    return [
        h.p(".quiet")[
            h.a(
                href=f"{visit.path}?{urlencode({**visit.query, choosing.FIELD: best}, doseq=True)}",
                data_key="b",
                data_choose=str(len(best)),
            )[f"Choose the best {len(best)}"],
            " ",
            h.kbd["b"],
            " · ",
            h.kbd["j"],
            " ",
            h.kbd["k"],
            " move · ",
            h.kbd["x"],
            " chooses · ",
            h.kbd["f"],
            " fulfils · ",
            h.kbd["r"],
            " rejects",
        ],
        choosing.table(candidates, chosen),
        h.p[h.a(href=visit.address(candidates="all"))["Show the 100 that fit best"]]
        if len(candidates) == most < MOST_CANDIDATES
        else None,
    ]


async def _others(
    visit: Visit, candidates: Sequence[Candidate], chosen: Sequence[str]
) -> list[Candidate]:
    """Return the accounts that were chosen and are still free, but not among the best that the page lists."""
    listed = {one.id for one in candidates}
    others = []
    for one in chosen:
        if one in listed:
            continue
        try:
            account = await visit.ask(pool_history.read_pool_account, pool_account_id=one)
        except ApiError as error:
            if error.code != "NOT_FOUND":
                raise
            continue
        if account.status == "available":
            others.append(Candidate(**asdict(account), score=0, reasons=[]))
    return others


async def answer(visit: Visit, found: QueuedLeaseRequest) -> h.Node:
    """Return how a request was answered, by whom, and what it means for what was sent too late."""
    who = await _who_answered(visit, found)
    late = visit.submitted is not None and (
        visit.submitted.error is None or visit.submitted.error.code == "CONFLICT"
    )
    visit.is_shown_again |= late
    return [
        h.div(".error", role="alert", tabindex="-1")[
            h.p[
                h.bdi[who or "Somebody else"],
                " has answered this request before you. Nothing of yours was done or charged: go on to the next one.",
            ]
        ]
        if late
        else None,
        section(
            "The answer",
            facts(
                ("Answered", instant(found.answered_at)),
                ("By", other(who)),
                ("Note for the partner", other(found.note)),
            ),
            h.ul[
                (
                    h.li[identifier(one, f"/console/leases/{one}")]
                    for one in found.assigned_social_account_ids
                )
            ]
            if found.assigned_social_account_ids
            else None,
        ),
    ]


async def _who_answered(visit: Visit, found: QueuedLeaseRequest) -> str | None:
    """Return the name of the operator, as the audit log has it for 90 days."""
    kind = "rejected" if found.status == "rejected" else "assigned"
    answered = found.answered_at or ""
    page = await visit.ask(
        audit.list_audit_events,
        query={
            "eventType": f"lease_request.{kind}",
            "since": answered,
            # It is cut to seconds, and the event is not.
            "until": answered.replace("Z", ".999Z"),
            "limit": 200,
        },
    )
    own = (one.data for one in page.items if one.data.get("requestId") == found.id)
    return next((data.get("operator") for data in own), None)


async def list_candidates(visit: Visit, found: QueuedLeaseRequest, most: int) -> list[Candidate]:
    """Return so many of the accounts that fit, the best first."""
    page = await visit.ask(
        lease_requests.list_candidates, query={"limit": most}, lease_request_id=found.id
    )
    return page.items


def countries(geo: list[str]) -> str:
    """Return the countries of a niche in words."""
    return ", ".join(geo) or "any"


def accounts(count: int) -> str:
    """Return the word for so many."""
    return "account" if count == 1 else "accounts"
