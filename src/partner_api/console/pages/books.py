"""The books: whether they agree, what differs, and having them checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.csv_file import rows_link
from partner_api.console.components.errors import error_notice
from partner_api.console.components.filters import filter_form
from partner_api.console.components.form import Field, form
from partner_api.console.components.table import Column, listing, table
from partner_api.console.components.text import (
    NONE,
    badge,
    counted,
    facts,
    identifier,
    instant,
    other,
    section,
)
from partner_api.console.declare import Done, Pages, View
from partner_api.errors import ApiError
from partner_api.ops.reconciliation import routes as reconciliation
from partner_api.ops.reconciliation.schemas import (
    BookMismatch,
    BooksCheck,
    FullCheck,
    FullCheckDetail,
)

if TYPE_CHECKING:
    from partner_api.console.visit import Visit

pages = Pages()
PLACE: Final = "Books"
_ADDRESS: Final = "/console/books"
# While a check is waited for.
_LIVE_SECONDS: Final = 5
_ORGANIZATION: Final = [
    Field("organizationId", "Id of an organization", attributes={"maxlength": "40"})
]


def result(found: int) -> h.Node:
    """Return what a check has found, in a word or two."""
    if not found:
        return badge("agree", "good")
    return badge(counted(found, "difference"), "bad")


def _state(check: FullCheck) -> h.Node:
    return (
        badge("asked for", "warn") if check.finished_at is None else result(check.mismatches_found)
    )


_CHECKS: Final = [
    Column[FullCheck](
        "Finished",
        lambda one: instant(one.finished_at) if one.finished_at else "Not yet",
        lambda one: one.finished_at,
    ),
    Column[FullCheck]("Result", _state, lambda one: one.mismatches_found),
    Column[FullCheck](
        "Wallets",
        lambda one: f"{one.wallets_checked:,}",
        lambda one: one.wallets_checked,
        number=True,
    ),
    Column[FullCheck](
        "Ledger rows",
        lambda one: f"{one.events_checked:,}",
        lambda one: one.events_checked,
        number=True,
    ),
    Column[FullCheck]("Id", lambda one: identifier(one.id), lambda one: one.id),
]
_DIFFERENCES: Final = [
    Column[BookMismatch](
        "What has to be so",
        lambda one: one.meaning or one.rule.replace("_", " "),
        lambda one: one.rule,
    ),
    Column[BookMismatch](
        "Organization",
        lambda one: identifier(
            one.organization_id, f"/console/organizations/{one.organization_id}"
        ),
        lambda one: one.organization_id,
    ),
    Column[BookMismatch]("About", lambda one: other(one.subject), lambda one: one.subject),
    Column[BookMismatch]("Should be", lambda one: _value(one.expected), lambda one: one.expected),
    Column[BookMismatch]("Is", lambda one: _value(one.found), lambda one: one.found),
]


@pages.page("/books")
async def show_books(visit: Visit) -> View:
    """Show whether the books agree, the last checks, and the form that asks for one."""
    checks = (await visit.ask(reconciliation.list_reconciliations, query={"limit": 2})).items
    is_waited_for = bool(checks) and checks[0].finished_at is None
    last = next((one for one in checks if one.finished_at is not None), None)
    body: list[h.Node] = [
        h.p(".notice", role="status")[
            "A check was asked for at ",
            instant(checks[0].requested_at),
            ". It takes about ninety seconds for a million ledger rows; this page shows when it is done.",
        ]
        if is_waited_for
        else None,
        await _last(visit, last),
        form(
            visit,
            "check",
            f"{_ADDRESS}/check",
            [],
            submit="Check now",
            does=reconciliation.request_reconciliation,
        ),
        section(
            "One organization",
            h.p["Checked at once, while you wait."],
            filter_form(visit, _ORGANIZATION),
            await _of_organization(visit, visit.parameter("organizationId")),
        ),
        section(
            "Checks",
            await listing(
                visit,
                reconciliation.list_reconciliations,
                _CHECKS,
                name="checks",
                href=lambda one: f"{_ADDRESS}/{one.id}",
                empty="No check has finished yet. The first one is made when a worker starts.",
                caption="All checks, the last one first",
            ),
        ),
    ]
    return View(
        title="Books",
        place=PLACE,
        live_seconds=_LIVE_SECONDS if is_waited_for else None,
        body=body,
    )


@pages.page("/books/{reconciliationId}")
async def show_check(visit: Visit, reconciliation_id: str) -> View:
    """Show what a check has found."""
    check = await visit.ask(reconciliation.read_full_check, reconciliation_id=reconciliation_id)
    is_waited_for = check.finished_at is None
    return View(
        title="Check of the books",
        place=PLACE,
        trail=((PLACE, _ADDRESS),),
        live_seconds=_LIVE_SECONDS if is_waited_for else None,
        body=h.p["It was asked for at ", instant(check.requested_at), " and is not finished."]
        if is_waited_for
        else _found(visit, check, "differences"),
    )


@pages.action("/books/check", shows=show_books, does=(reconciliation.request_reconciliation,))
async def check_now(visit: Visit) -> Done:
    """Ask for a check."""
    await visit.do(reconciliation.request_reconciliation)
    return Done(_ADDRESS, "The check is asked for.")


async def _last(visit: Visit, last: FullCheck | None) -> h.Node:
    if last is None:
        return h.p(".empty")["No check has finished yet. One is made every day."]
    check = await visit.ask(reconciliation.read_full_check, reconciliation_id=last.id)
    return section("The last check", _found(visit, check, "differences"))


async def _of_organization(visit: Visit, organization_id: str) -> h.Node:
    if not organization_id:
        return None
    try:
        check = await visit.ask(
            reconciliation.read_reconciliation, query={"organizationId": organization_id}
        )
    except ApiError as error:
        if error.code == "NOT_FOUND":
            return h.p(".error", role="alert")["There is no organization with this id."]
        return error_notice(error)
    return _found(visit, check, "differences-of-one")


def _found(visit: Visit, check: BooksCheck | FullCheckDetail, name: str) -> h.Node:
    more = check.mismatches_found - len(check.mismatches)
    return [
        facts(
            ("Result", result(check.mismatches_found)),
            ("Started", instant(check.started_at)),
            ("Finished", instant(check.finished_at)),
            ("Wallets", f"{check.wallets_checked:,}"),
            ("Ledger rows", f"{check.events_checked:,}"),
        ),
        [
            h.p[
                "Somebody has changed rows by hand, or there is a fault in the product. Nothing is repaired by "
                "itself: look at what each one is about before anybody charges or refunds it."
            ],
            table(
                _DIFFERENCES,
                check.mismatches,
                caption="What differs" if more <= 0 else f"What differs, without {more:,} more",
            ),
            h.p(".pages")[rows_link(visit, check.mismatches, _DIFFERENCES, name=name, more=more)],
        ]
        if check.mismatches
        else None,
    ]


def _value(value: int | str) -> h.Node:
    return f"{value:,}" if isinstance(value, int) else other(value) if value else NONE
