"""What the pages of both ledgers share: their frame, filters, the line of the balance, and refusals of refunds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h
import msgspec

from partner_api.console.components.chart import steps
from partner_api.console.components.form import Field
from partner_api.console.components.markup import element
from partner_api.console.components.sentence import Words, shown
from partner_api.console.components.text import identifier
from partner_api.console.declare import View
from partner_api.console.pages.organizations.frame import LIST, PLACE, address, organization_view
from partner_api.errors import ApiError
from partner_api.ops.organizations import routes as organizations
from partner_api.ops.organizations.schemas import OpsOrganizationDetail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partner_api.console.visit import Visit

AMOUNT_FILTERS: Final = (
    Field(
        "direction",
        "Direction",
        "select",
        options=[("", "in and out"), ("in", "in"), ("out", "out")],
    ),
    Field("since", "From", "date"),
    Field("until", "To", "date"),
)
ENV_FILTER: Final = Field(
    "env",
    "Environment",
    "select",
    value="live",
    options=[("live", "live"), ("test", "test")],
)


class Ledger(msgspec.Struct, frozen=True):
    """Whose ledger is shown.

    Attributes:
        org_id: the organization, with its prefix.
        env: of which environment.
        kind: `credits` or `cash`.
        organization: None for a child of the test environment, which has no page of its own.
    """

    org_id: str
    env: str
    kind: str
    organization: OpsOrganizationDetail | None

    @property
    def address(self) -> str:
        """The address of the ledger."""
        own = address(self.org_id, self.kind)
        return own if self.env == "live" else f"{own}?env={self.env}"

    def view(self, visit: Visit, *body: h.Node, row: int | None = None) -> View:
        """Return a page of the ledger, or of one of its rows."""
        name = self.kind.capitalize()
        part = name if row is None else f"{name}, row {row:,}"
        if self.organization is None:
            view = View(
                title=f"{part} (test environment)",
                place=PLACE,
                trail=((PLACE, LIST),),
                body=[h.p[identifier(self.org_id)], body],
            )
        else:
            view = organization_view(visit, self.organization, body, part=part)
        if row is None:
            return view
        return msgspec.structs.replace(view, trail=(*view.trail, (name, self.address)))


async def ledger_of(visit: Visit, org_id: str, kind: str) -> Ledger:
    """Return whose ledger the address names.

    Raises:
        ApiError: NOT_FOUND.
    """
    env = visit.parameter("env") or "live"
    organization: OpsOrganizationDetail | None = None
    try:
        organization = await visit.ask(organizations.read_organization, org_id=org_id)
    except ApiError as error:
        if error.code != "NOT_FOUND" or env == "live":
            raise
    return Ledger(org_id, env, kind, organization)


def ways_on(ledger: Ledger, csv: h.Node, before: str | None) -> h.Node:
    """Return the links below a row.

    Args:
        ledger: that it is in.
        csv: the link to the file of what belongs with it.
        before: the address of the row before; None for the first.
    """
    return h.p(".pages")[
        csv,
        h.a(href=before)["The row before"] if before else None,
        h.a(href=ledger.address)["The whole ledger"],
    ]


def request_link(request_id: str | None) -> h.Node:
    """Return the id of a request, with a link to what it left in the audit log."""
    return identifier(request_id, f"/console/audit?requestId={request_id}")


def reason(words: Words, *more: h.Node) -> h.Node:
    """Return why a row is there, and beneath it what else is said of it."""
    said = element("p", shown(words))
    return element(
        "div", [said, *(element("p", one, class_="quiet") for one in more if one)], class_="reason"
    )


def by_whom(words: Words, request_id: str | None) -> h.Node:
    """Return who made a row, and the request that did."""
    link = request_link(request_id) if request_id else None
    return element("div", [shown(words), h.br, link], class_="by")


def balance_line(points: Sequence[tuple[str, int]], *, write: Callable[[int], str]) -> h.Node:
    """Return the line of a balance over the rows of a page.

    Args:
        points: the time of each row and the balance after it, newest first.
        write: writes a balance.
    """
    oldest_first = [(f"{time[:10]} {time[11:19]}", balance) for time, balance in reversed(points)]
    return steps("The balance after each row of this page", oldest_first, write=write, id="balance")


def change(before: h.Node, amount: h.Node, after: h.Node) -> h.Node:
    """Return what a row did to the balance."""
    return h.p(".change")[before, " ", h.strong[amount], " = ", h.strong[after]]


def refund_refused(error: ApiError, charged: str, refunded: str, *, nothing_left: bool) -> ApiError:
    """Return a refusal of a refund in words; every other refusal as it is.

    Args:
        error: what the API said.
        charged: what was charged, written.
        refunded: what of that has been given back, written.
        nothing_left: whether that is everything.
    """
    if error.code != "CONFLICT":
        return error
    if nothing_left:
        message = f"Nothing is left to give back: all of the {charged} has been given back already."
    else:
        message = (
            f"That is more than is left: of the {charged}, {refunded} has been given back already. "
            "Give back at most the rest."
        )
    return ApiError("CONFLICT", message)
