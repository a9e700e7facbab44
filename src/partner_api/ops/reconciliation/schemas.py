"""Wire types of a check of the books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds
from partner_api.edge.wire.fields import MillisecondsText, OrganizationId, OrganizationIdText
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.reconciliation.rules import Mismatch, Reconciliation


class ReconciliationQuery(Struct, frozen=True, rename="camel"):
    """Whose books to check."""

    organization_id: Annotated[
        OrganizationId | None,
        Meta(description="Check this organization now, instead of reading the last full check."),
    ] = None


class BookMismatch(Struct, frozen=True, rename="camel", kw_only=True):
    """A rule that does not hold, and the two values that should agree."""

    rule: Annotated[str, Meta(examples=["credit_balance"])]
    organization_id: OrganizationIdText | None
    subject: Annotated[str, Meta(description="What it is about.", examples=["wallet"])]
    expected: int | str
    found: int | str


class BooksCheck(Struct, frozen=True, rename="camel", kw_only=True):
    """A finished check of the books."""

    started_at: MillisecondsText
    finished_at: MillisecondsText
    wallets_checked: Annotated[int, Meta(description="Credit and cash wallets.")]
    events_checked: Annotated[int, Meta(description="Credit and cash events.")]
    mismatches: Annotated[
        list[BookMismatch], Meta(description="Empty when the books agree; else the first ones.")
    ]
    mismatches_found: Annotated[int, Meta(description="All of them.")]


def books_check_of(result: Reconciliation) -> BooksCheck:
    """Return the wire form of a check."""
    return BooksCheck(
        started_at=format_milliseconds(result.started_at),
        finished_at=format_milliseconds(result.finished_at),
        wallets_checked=result.wallets_checked,
        events_checked=result.events_checked,
        mismatches=[_mismatch_of(mismatch) for mismatch in result.mismatches],
        mismatches_found=result.mismatches_found,
    )


def _mismatch_of(mismatch: Mismatch) -> BookMismatch:
    organization_id = mismatch.organization_id
    return BookMismatch(
        rule=mismatch.rule,
        organization_id=None if organization_id is None else format_id("org", organization_id),
        subject=mismatch.subject,
        expected=mismatch.expected,
        found=mismatch.found,
    )
