"""One account of the pool: what it is, who has leased it, what happened to it, and what may be changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import htpy as h

from partner_api.console.components.form import form
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import (
    badge,
    cents,
    facts,
    identifier,
    instant,
    other,
    section,
)
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.leases.cells import (
    LIST as LEASES,
)
from partner_api.console.pages.leases.cells import (
    lease_address,
    price_column,
    status_column,
    when,
    whose_columns,
)
from partner_api.console.pages.leases.history import history
from partner_api.console.pages.pool.accounts import LIST, PLACE, account_fields, filled_in
from partner_api.ops.pool import history_routes
from partner_api.ops.pool import routes as pool
from partner_api.ops.pool.history_schemas import AccountLease

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.pool.schemas import PoolAccount

pages = Pages()


@pages.page("/pool/{poolAccountId}")
async def show_account(visit: Visit, pool_account_id: str) -> View:
    """Show an account of the pool with its history."""
    found = await visit.ask(history_routes.read_pool_account, pool_account_id=pool_account_id)
    leases, events = await asyncio.gather(
        listing(
            visit,
            history_routes.list_pool_account_leases,
            _LEASES,
            name="leases",
            cursor="leases",
            href=lease_address,
            caption="With whom it was, newest first",
            empty="Nobody has leased it yet.",
            pool_account_id=pool_account_id,
        ),
        history(
            visit,
            history_routes.list_pool_account_events,
            cursor="history",
            pool_account_id=pool_account_id,
        ),
    )
    return View(
        title=f"@{found.handle}",
        place=PLACE,
        trail=((PLACE, LIST),),
        body=[
            _facts(found),
            section("Leases", leases, id="leases"),
            _forms(visit, found),
            section("What happened", events, id="history"),
        ],
    )


@pages.action("/pool/{poolAccountId}/change", shows=show_account, does=(pool.change_pool_account,))
async def change_account(visit: Visit, pool_account_id: str) -> Done:
    """Change an account of the pool."""
    before = await visit.ask(history_routes.read_pool_account, pool_account_id=pool_account_id)
    present: dict[str, Any] = {
        "followers": before.followers,
        "vertical": before.vertical,
        "language": before.language,
        "geo": before.geo,
        "monthlyPriceCents": before.monthly_price_cents,
        "avatarUrl": before.avatar_url,
    }
    sent = filled_in(visit)
    changes = {name: value for name, value in sent.items() if value != present[name]}
    if not changes:
        return Done(f"{LIST}/{pool_account_id}", "Nothing was to be changed.")
    await visit.do(pool.change_pool_account, changes, pool_account_id=pool_account_id)
    return Done(f"{LIST}/{pool_account_id}", f"@{before.handle} is changed.")


@pages.action("/pool/{poolAccountId}/status", shows=show_account, does=(pool.change_pool_account,))
async def change_status(visit: Visit, pool_account_id: str) -> Done:
    """Retire an account, or make it available again."""
    status = "available" if visit.field("form") == "revive" else "retired"
    changed = await visit.do(
        pool.change_pool_account, {"status": status}, pool_account_id=pool_account_id
    )
    return Done(f"{LIST}/{pool_account_id}", f"@{changed.handle} is {changed.status}.")


def _end(lease: AccountLease) -> str | None:
    return lease.disconnected_at or None


_LEASES: Final[list[Column[AccountLease]]] = [
    Column("From", lambda one: instant(one.assigned_at), lambda one: one.assigned_at),
    Column("To", lambda one: when(_end(one)), _end),
    *whose_columns(),
    status_column(),
    Column("Note", lambda one: other(one.release_note), lambda one: one.release_note),
    price_column(),
    Column(
        "Months paid", lambda one: str(one.months_paid), lambda one: one.months_paid, number=True
    ),
    Column("Charged", lambda one: cents(one.paid_cents), lambda one: one.paid_cents, number=True),
    Column(
        "Refunded",
        lambda one: cents(one.refunded_cents),
        lambda one: one.refunded_cents,
        number=True,
    ),
    Column(
        "Lease",
        lambda one: identifier(one.social_account_id),
        lambda one: one.social_account_id,
    ),
]


def _facts(account: PoolAccount) -> h.Node:
    lease = account.social_account_id
    return facts(
        ("Status", badge(account.status)),
        ("Leased as", identifier(lease, f"{LEASES}/{lease}")),
        ("Followers", f"{account.followers:,}"),
        ("Vertical", other(account.vertical)),
        ("Language", other(account.language)),
        ("Countries", other(" ".join(account.geo))),
        ("Price of a month", cents(account.monthly_price_cents)),
        ("Platform", account.platform),
        ("Picture", other(account.avatar_url)),
        ("Added", instant(account.created_at)),
        ("Changed", instant(account.updated_at)),
        ("Id", identifier(account.id)),
    )


def _forms(visit: Visit, account: PoolAccount) -> h.Node:
    if not visit.may(pool.change_pool_account):
        return None
    own = f"{LIST}/{account.id}"
    return h.div(".cards")[
        section(
            "Change",
            form(
                visit,
                "change",
                f"{own}/change",
                account_fields(account),
                submit="Save",
            ),
        ),
        section("Retire" if account.status != "retired" else "Retired", _status(visit, account)),
    ]


def _status(visit: Visit, account: PoolAccount) -> h.Node:
    action = f"{LIST}/{account.id}/status"
    if account.status == "leased":
        return h.p[
            "It is leased. ",
            h.a(href=f"{LEASES}/{account.social_account_id}")["Recall it"],
            " first, or wait until its lease ends.",
        ]
    if account.status == "retired":
        return form(
            visit,
            "revive",
            action,
            [],
            submit="Make it available",
            above=h.p["It is not leased any more until it is available."],
        )
    return form(
        visit,
        "retire",
        action,
        [],
        submit="Retire the account",
        tone="danger",
        above=h.p["A retired account is not leased any more. It can be made available again."],
    )
