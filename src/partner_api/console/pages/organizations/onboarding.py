"""Onboarding a partner: the organization, its first key, its first payment, its subscription, one after the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.form import Field, folded, form
from partner_api.console.components.money import before_and_after
from partner_api.console.components.text import cents, section
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.organizations.frame import LIST, PLACE, address, organization_view
from partner_api.console.pages.organizations.keys import KEY_FIELDS, mint, secret_view
from partner_api.console.pages.organizations.money import record_payment
from partner_api.console.pages.organizations.money_forms import PAYMENT_FIELDS
from partner_api.console.pages.organizations.settings import set_subscription
from partner_api.console.pages.organizations.terms import TIER_OPTIONS, subscription_form
from partner_api.errors import Issue, invalid
from partner_api.ops.api_keys import routes as api_keys
from partner_api.ops.cash import event_routes as cash_events
from partner_api.ops.cash import routes as cash
from partner_api.ops.credits import routes as credits
from partner_api.ops.organizations import routes as organizations

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.organizations.schemas import OpsOrganizationDetail

pages = Pages()
# What the form of a step that was done does next.
_AGAIN: Final = {
    "key": "Create another key",
    "topup": "Record another payment",
    "subscription": "Change the subscription",
}


@pages.page("/organizations/new")
async def show_new(visit: Visit) -> View:
    """Show the form for a new partner."""
    return View(
        title="Onboard a partner",
        place=PLACE,
        trail=((PLACE, LIST),),
        body=[
            h.p[
                "It becomes an organization with empty wallets, in the live and the test environment. "
                "Then follow its first key, its first payment and its subscription."
            ],
            form(
                visit,
                "new",
                f"{LIST}/new",
                [
                    Field(
                        "name",
                        "Name",
                        required=True,
                        hint="As people know it.",
                        attributes={"maxlength": "128"},
                    ),
                    Field("billingEmail", "Billing e-mail", attributes={"inputmode": "email"}),
                    Field(
                        "rateLimitTier", "Tier", "select", value="standard", options=TIER_OPTIONS
                    ),
                    Field("metadata", "Metadata", "textarea", hint="A line for each: name: value."),
                ],
                submit="Create the partner",
                does=organizations.create_partner,
            )
            or h.p(".empty")["Your role may not onboard partners. Ask an operator."],
        ],
    )


@pages.action("/organizations/new", shows=show_new, does=(organizations.create_partner,))
async def create_partner(visit: Visit) -> Done:
    """Create a partner, and go on with what comes next."""
    made = await visit.do(
        organizations.create_partner,
        {
            "name": visit.field("name"),
            "billingEmail": visit.optional("billingEmail"),
            "rateLimitTier": visit.optional("rateLimitTier"),
            "metadata": _metadata(visit.field("metadata")),
        },
    )
    return Done(address(made.id, "start"), "The partner is created. These come next.")


@pages.page("/organizations/{orgId}/start")
async def show_start(visit: Visit, org_id: str) -> View:
    """Show what a new partner still needs, each with its form."""
    found = await visit.ask(organizations.read_organization, org_id=org_id)
    if found.parent_organization_id is not None or found.status == "archived":
        return organization_view(
            visit, found, h.p(".empty")["Only partners are onboarded."], part="onboarding"
        )
    paid, tried = await asyncio.gather(
        visit.ask(cash_events.list_partner_cash_events, org_id=org_id, query={"limit": 1}),
        visit.ask(organizations.read_organization, org_id=org_id, query={"env": "test"}),
    )
    steps = [
        _key_step(visit, found, tried),
        _payment_step(visit, found, has_paid=bool(paid.items)),
        _subscription_step(visit, found),
    ]
    return organization_view(
        visit,
        found,
        h.p[
            "Send the partner its keys in a safe way, and point it to ",
            h.a(href="/docs")["the documentation"],
            ".",
        ],
        h.div(".cards")[steps],
        h.p(".quiet")[
            "It can move only prepaid credits to its children, not those of its subscription. "
            "Record what it buys on its overview."
        ],
        h.p[h.a(".button", href=address(org_id))["To its overview"]],
        part="onboarding",
    )


@pages.action(
    "/organizations/{orgId}/start/key", shows=show_start, does=(api_keys.mint_partner_key,)
)
async def create_first_key(visit: Visit, org_id: str) -> View:
    """Create a key, show its secret this once, and lead on."""
    made = await mint(visit, org_id)
    return secret_view(
        made, org_id, next_step=("I have stored it: go on", address(org_id, "start"))
    )


@pages.action("/organizations/{orgId}/start/payment", shows=show_start, does=(cash.top_up_cash,))
async def record_first_payment(visit: Visit, org_id: str) -> Done:
    """Record the first payment."""
    await record_payment(visit, org_id)
    return Done(address(org_id, "start"), "The payment is recorded.")


@pages.action(
    "/organizations/{orgId}/start/subscription", shows=show_start, does=(credits.set_subscription,)
)
async def set_first_subscription(visit: Visit, org_id: str) -> Done:
    """Set the subscription."""
    await set_subscription(visit, org_id)
    return Done(address(org_id, "start"), "The subscription is set.")


def _key_step(visit: Visit, found: OpsOrganizationDetail, tried: OpsOrganizationDetail) -> h.Node:
    live, test = found.api_keys.active, tried.api_keys.active
    fields = [
        Field("env", "Environment", "select", value="test", options=KEY_FIELDS[1].options)
        if live and one.name == "env"
        else one
        for one in KEY_FIELDS
    ]
    return _step(
        visit,
        "key",
        "1. A key",
        bool(live),
        f"{live:,} live and {test:,} test keys work." if live or test else None,
        form(
            visit,
            "key",
            address(found.id, "start/key"),
            fields,
            submit="Create another key" if live else "Create the first key",
            does=api_keys.mint_partner_key,
        ),
    )


def _payment_step(visit: Visit, found: OpsOrganizationDetail, *, has_paid: bool) -> h.Node:
    balance = found.cash_balance_cents or 0
    return _step(
        visit,
        "topup",
        "2. The first payment",
        has_paid,
        ["It has ", cents(balance), " in cash."] if has_paid else None,
        form(
            visit,
            "topup",
            address(found.id, "start/payment"),
            PAYMENT_FIELDS,
            submit="Record the payment",
            above=before_and_after(balance, "cents", "amountCents"),
            does=cash.top_up_cash,
        ),
    )


def _subscription_step(visit: Visit, found: OpsOrganizationDetail) -> h.Node:
    wallet = found.credits
    done = wallet.subscription_tier != "free"
    return _step(
        visit,
        "subscription",
        "3. The subscription",
        done,
        f"{wallet.subscription_tier}, {found.included_credits:,} credits in a period."
        if done
        else None,
        subscription_form(visit, found, "start/subscription"),
    )


def _step(visit: Visit, name: str, title: str, done: bool, what: h.Node, shown: h.Node) -> h.Node:
    """Return a step: its form, which is folded when it was done, and what there is already."""
    return section(
        title,
        h.p(".verdict.good")["Done. ", what] if done else what and h.p[what],
        folded(visit, name, _AGAIN[name], shown) if done else shown,
        None if done or shown else h.p(".quiet")["Your role may not do this."],
    )


def _metadata(text: str) -> dict[str, str]:
    """Read lines of ``name: value``.

    Raises:
        ApiError: VALIDATION: a line has no name.
    """
    metadata = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise invalid([Issue("metadata", "Expected a name, a colon and a value in each line")])
        metadata[name.strip()] = value.strip()
    return metadata
