"""The list of the pool, and adding one account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import htpy as h

from partner_api.console.components.form import Field, form, offered
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import badge, cents, instant, other
from partner_api.console.declare import Done, Pages, View
from partner_api.ops.pool import routes as pool
from partner_api.ops.pool.schemas import PoolAccount

if TYPE_CHECKING:
    from partner_api.console.visit import Visit

pages = Pages()
PLACE: Final = "Pool"
LIST: Final = "/console/pool"
_DEFAULT_PRICE_CENTS: Final = "15000"
_COLUMNS: Final = [
    Column[PoolAccount]("Handle", lambda one: other(f"@{one.handle}"), lambda one: one.handle),
    Column[PoolAccount]("Status", lambda one: badge(one.status), lambda one: one.status),
    Column[PoolAccount](
        "Followers", lambda one: f"{one.followers:,}", lambda one: one.followers, number=True
    ),
    Column[PoolAccount]("Vertical", lambda one: other(one.vertical), lambda one: one.vertical),
    Column[PoolAccount]("Language", lambda one: other(one.language), lambda one: one.language),
    Column[PoolAccount](
        "Countries", lambda one: other(" ".join(one.geo)), lambda one: " ".join(one.geo)
    ),
    Column[PoolAccount](
        "Price of a month",
        lambda one: cents(one.monthly_price_cents),
        lambda one: one.monthly_price_cents,
        number=True,
    ),
    Column[PoolAccount]("Platform", lambda one: one.platform, lambda one: one.platform),
    Column[PoolAccount]("Added", lambda one: instant(one.created_at), lambda one: one.created_at),
]
_FILTERS: Final = [
    Field("search", "Handle", attributes={"maxlength": "64"}),
    Field(
        "status",
        "Status",
        "select",
        options=[
            ("", "all"),
            ("available", "available"),
            ("leased", "leased"),
            ("retired", "retired"),
        ],
    ),
    Field("platform", "Platform", "select", options=[("", "all"), ("tiktok", "tiktok")]),
    Field("vertical", "Vertical", attributes={"maxlength": "64"}),
    Field("language", "Language", attributes={"maxlength": "35"}),
    Field("geo", "Country", attributes={"maxlength": "2"}),
    Field("minFollowers", "Followers from", attributes={"inputmode": "numeric"}),
    Field("maxMonthlyPriceCents", "Price up to, in cents", attributes={"inputmode": "numeric"}),
]


def account_fields(account: PoolAccount | None = None) -> list[Field]:
    """Return the fields that say what an account is, as it is now."""
    return [
        Field(
            "followers",
            "Followers",
            "number",
            value="" if account is None else str(account.followers),
            required=True,
        ),
        Field(
            "vertical",
            "Vertical",
            value="" if account is None else account.vertical,
            required=True,
            hint="Such as food_and_drink.",
            attributes={"maxlength": "64"},
        ),
        Field(
            "language",
            "Language",
            value="" if account is None else account.language,
            required=True,
            hint="A BCP 47 tag, such as pt-BR.",
            attributes={"maxlength": "35"},
        ),
        Field(
            "geo",
            "Countries of its audience",
            value="" if account is None else " ".join(account.geo),
            required=True,
            hint="Two letters each, with spaces between them, such as US CA.",
        ),
        Field(
            "monthlyPriceCents",
            "Price of a month in cents",
            "cents",
            value=_DEFAULT_PRICE_CENTS if account is None else str(account.monthly_price_cents),
            required=True,
            hint="Of later leases; leases that exist keep theirs.",
        ),
        Field(
            "avatarUrl",
            "Address of its picture",
            value="" if account is None else account.avatar_url or "",
            attributes={"maxlength": "2048"},
        ),
    ]


def filled_in(visit: Visit) -> dict[str, Any]:
    """Return what the fields of an account say, by their names in the API."""
    return {
        "followers": visit.whole_number("followers"),
        "vertical": visit.optional("vertical"),
        "language": visit.optional("language"),
        "geo": visit.field("geo").upper().replace(",", " ").split(),
        "monthlyPriceCents": visit.whole_number("monthlyPriceCents"),
        "avatarUrl": visit.optional("avatarUrl"),
    }


@pages.page("/pool")
async def list_accounts(visit: Visit) -> View:
    """Show the pool."""
    return View(
        title="Pool",
        place=PLACE,
        body=[
            offered(
                visit,
                pool.add_pool_account,
                h.p(".pages")[
                    h.a(href=f"{LIST}/import")["Import a file"],
                    h.a(href=f"{LIST}/new")["Add one account"],
                ],
            ),
            await listing(
                visit,
                pool.list_pool_accounts,
                _COLUMNS,
                name="pool",
                filters=_FILTERS,
                href=lambda one: f"{LIST}/{one.id}",
                empty="No account is like this. Import a file, or add one.",
            ),
        ],
    )


@pages.page("/pool/new")
async def new_account(visit: Visit) -> View:
    """Show the form that adds an account."""
    return View(
        title="Add an account",
        place=PLACE,
        trail=((PLACE, LIST),),
        body=form(
            visit,
            "add",
            f"{LIST}/new",
            [
                Field(
                    "handle",
                    "Handle",
                    required=True,
                    hint="In lower case, without @. It cannot be changed later.",
                    attributes={"maxlength": "64", "autocapitalize": "none", "spellcheck": "false"},
                ),
                Field(
                    "platform", "Platform", "select", value="tiktok", options=[("tiktok", "tiktok")]
                ),
                *account_fields(),
            ],
            submit="Add the account",
            does=pool.add_pool_account,
        )
        or h.p["Only an operator adds accounts."],
    )


@pages.action("/pool/new", shows=new_account, does=(pool.add_pool_account,))
async def add_account(visit: Visit) -> Done:
    """Add an account."""
    body = {
        "handle": visit.field("handle").removeprefix("@"),
        "platform": visit.field("platform"),
        **filled_in(visit),
    }
    added = await visit.do(pool.add_pool_account, body)
    return Done(f"{LIST}/{added.id}", f"@{added.handle} is in the pool.")
