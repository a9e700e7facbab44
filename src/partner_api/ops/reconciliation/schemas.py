"""Wire types of a check of the books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from partner_api.clock import format_milliseconds
from partner_api.edge.wire.fields import (
    Amount,
    BareIdText,
    MillisecondsText,
    OrganizationId,
    OrganizationIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id
from partner_api.reconciliation import record_store
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from partner_api.reconciliation.rules import Mismatch, Reconciliation


_MEANINGS = {rule.value: rule.meaning for rule in Rule}


class ReconciliationQuery(Struct, frozen=True, rename="camel"):
    """Whose books to check."""

    organization_id: Annotated[
        OrganizationId | None,
        Meta(description="Check this organization now, instead of reading the last full check."),
    ] = None


class BookMismatch(Struct, frozen=True, rename="camel", kw_only=True):
    """A rule that does not hold, and the two values that should agree."""

    rule: Annotated[str, Meta(examples=["prepaid_balance"])]
    meaning: Annotated[
        str | None,
        Meta(
            description="What has to be so, in words; null for a rule of another version.",
            examples=["the prepaid credits are the sum of the wallet's events"],
        ),
    ]
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


class ReconciliationsQuery(Struct, frozen=True, kw_only=True):
    """Which page of the full checks to list."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Checks on a page.")] = 25
    cursor: Cursor | None = None


class FullCheck(Struct, frozen=True, rename="camel", kw_only=True):
    """A full check of the books, without what it found."""

    id: BareIdText
    status: Annotated[
        Literal["requested", "finished"],
        Meta(description="`requested` until a worker has done it; then it is `finished`."),
    ]
    requested_at: Annotated[
        MillisecondsText | None,
        Meta(description="When an operator asked for it; null once it is finished."),
    ] = None
    started_at: MillisecondsText | None = None
    finished_at: MillisecondsText | None = None
    wallets_checked: Annotated[Amount, Meta(description="Credit and cash wallets.")] = 0
    events_checked: Annotated[Amount, Meta(description="Credit and cash events.")] = 0
    mismatches_found: Annotated[Amount, Meta(description="0 when the books agree.")] = 0


class FullCheckDetail(FullCheck, frozen=True, rename="camel", kw_only=True):
    """A full check of the books, and what it found."""

    mismatches: Annotated[
        list[BookMismatch], Meta(description="Empty when the books agree; else the first ones.")
    ] = []


def full_check_of(check: record_store.CheckRequest | record_store.RecordedCheck) -> FullCheck:
    """Return the wire form of a check, finished or not, in the list."""
    if isinstance(check, record_store.CheckRequest):
        return FullCheck(
            id=str(check.id),
            status="requested",
            requested_at=format_milliseconds(check.requested_at),
        )
    return FullCheck(
        id=str(check.id),
        status="finished",
        started_at=format_milliseconds(check.started_at),
        finished_at=format_milliseconds(check.finished_at),
        wallets_checked=check.wallets_checked,
        events_checked=check.events_checked,
        mismatches_found=check.mismatches_found,
    )


def requested_detail_of(request: record_store.CheckRequest) -> FullCheckDetail:
    """Return the wire form of a check that is not finished and has found nothing."""
    return FullCheckDetail(**asdict(full_check_of(request)))


def full_check_detail_of(check_id: str, result: Reconciliation) -> FullCheckDetail:
    """Return the wire form of a finished check, with what it found."""
    return FullCheckDetail(id=check_id, status="finished", **asdict(books_check_of(result)))


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
        meaning=_MEANINGS.get(mismatch.rule),
        organization_id=None if organization_id is None else format_id("org", organization_id),
        subject=mismatch.subject,
        expected=mismatch.expected,
        found=mismatch.found,
    )
