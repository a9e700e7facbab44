"""A partner's keys: creating one, whose secret is shown on that answer alone, and bringing a killed one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.api_keys.schemas import ApiKey
from partner_api.console.components.form import Field, form
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import badge, facts, identifier, instant, other, section
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.organizations.frame import (
    LIST,
    PLACE,
    address,
    organization_view,
)
from partner_api.edge.identity.scopes import SCOPES
from partner_api.ops.api_keys import routes as api_keys
from partner_api.ops.organizations import routes as organizations

if TYPE_CHECKING:
    from partner_api.api_keys.schemas import ApiKeyWithSecret
    from partner_api.console.visit import Visit

pages = Pages()
_SCOPES: Final = [
    ("*", "* (all but org:admin)"),
    ("org:admin", "org:admin (its children)"),
    *((scope, scope) for scope in sorted(SCOPES) if scope != "org:admin"),
]
KEY_FIELDS: Final = [
    Field(
        "name",
        "Name",
        required=True,
        hint="To tell keys apart. The partner sees it.",
        attributes={"maxlength": "120"},
    ),
    Field(
        "env",
        "Environment",
        "select",
        value="live",
        options=[("live", "live"), ("test", "test: sees the test environment and nothing else")],
    ),
    Field("scopes", "What it may do", "choices", value="* org:admin", options=_SCOPES),
]


@pages.page("/organizations/{orgId}/keys")
async def show_keys(visit: Visit, org_id: str) -> View:
    """Show the keys of a partner, of both environments; of a child, how many it has."""
    return await _keys_view(visit, org_id)


async def _keys_view(visit: Visit, org_id: str) -> View:
    found = await visit.ask(organizations.read_organization, org_id=org_id)
    if found.parent_organization_id is not None:
        return organization_view(
            visit,
            found,
            facts(
                ("Keys that work", f"{found.api_keys.active:,}"),
                ("Killed keys", f"{found.api_keys.killed:,}"),
            ),
            h.p[
                "A child's keys are its partner's affair: the partner creates, rotates and deletes them. ",
                h.a(href=address(found.parent_organization_id, "keys"))["The partner's keys"],
            ],
            part="keys",
        )
    archived = found.status == "archived"
    made = (
        None
        if archived
        else form(
            visit,
            "key",
            address(org_id, "keys"),
            KEY_FIELDS,
            submit="Create the key",
            does=api_keys.mint_partner_key,
        )
    )
    return organization_view(
        visit,
        found,
        await listing(
            visit,
            api_keys.list_partner_keys,
            [*_COLUMNS, _unkill_column(visit, org_id)],
            name="keys",
            empty="It has no key yet. Create the first one below and hand it to the partner.",
            org_id=org_id,
        ),
        made and section("Create a key", made, id="new-key"),
        part="keys",
    )


@pages.action("/organizations/{orgId}/keys", shows=show_keys, does=(api_keys.mint_partner_key,))
async def create_key(visit: Visit, org_id: str) -> View:
    """Create a key, and show its secret this once."""
    made = await mint(visit, org_id)
    return secret_view(made, org_id, next_step=("Back to its keys", address(org_id, "keys")))


async def _show_keys_again(visit: Visit, org_id: str, key_id: str) -> View:
    return await _keys_view(visit, org_id)


@pages.action(
    "/organizations/{orgId}/keys/{keyId}/unkill",
    shows=_show_keys_again,
    does=(api_keys.unkill_partner_key,),
)
async def unkill_key(visit: Visit, org_id: str, key_id: str) -> Done:
    """Bring a killed key back."""
    await visit.do(api_keys.unkill_partner_key, org_id=org_id, key_id=key_id)
    return Done(address(org_id, "keys"), "The key works again, with the secret that it has.")


async def mint(visit: Visit, org_id: str) -> ApiKeyWithSecret:
    """Create the key that a form asks for.

    Raises:
        ApiError: what the API refuses.
    """
    return await visit.do(
        api_keys.mint_partner_key,
        {
            "name": visit.field("name"),
            "env": visit.field("env") or "live",
            "scopes": visit.fields.get("scopes", []),
        },
        org_id=org_id,
    )


def secret_view(made: ApiKeyWithSecret, org_id: str, *, next_step: tuple[str, str]) -> View:
    """Return the only page that shows the secret of a key.

    Args:
        made: the key.
        org_id: whose it is.
        next_step: the text and the address of the link that leads on.
    """
    key = made.api_key
    text, to = next_step
    return View(
        title="The new key",
        place=PLACE,
        trail=(
            (PLACE, LIST),
            ("The organization", address(org_id)),
            ("Keys", address(org_id, "keys")),
        ),
        body=[
            h.p(".banner.warn")[made.warning],
            h.p[h.code(".secret", tabindex="0")[made.secret]],
            facts(
                ("Name", other(key.name)),
                ("Environment", key.env),
                ("May do", ", ".join(key.scopes)),
                ("Id", identifier(key.id)),
            ),
            h.p[h.a(".button", href=to)[text]],
        ],
    )


def _state(key: ApiKey) -> str:
    if key.status == "revoked":
        return "revoked"
    if key.kill_switch:
        return "killed"
    return "superseded" if key.superseded_by else "active"


_COLUMNS: Final = [
    Column[ApiKey]("Name", lambda one: other(one.name), lambda one: one.name),
    Column[ApiKey](
        "State",
        lambda one: badge(_state(one), "bad" if _state(one) == "killed" else None),
        _state,
    ),
    Column[ApiKey]("Environment", lambda one: one.env, lambda one: one.env),
    Column[ApiKey]("Prefix", lambda one: h.code(".id")[one.prefix], lambda one: one.prefix),
    Column[ApiKey]("May do", lambda one: ", ".join(one.scopes), lambda one: " ".join(one.scopes)),
    Column[ApiKey](
        "Last used", lambda one: instant(one.last_used_at), lambda one: one.last_used_at
    ),
    Column[ApiKey]("Created", lambda one: instant(one.created_at), lambda one: one.created_at),
    Column[ApiKey]("Id", lambda one: identifier(one.id), lambda one: one.id),
]


def _unkill_column(visit: Visit, org_id: str) -> Column[ApiKey]:
    def cell(key: ApiKey) -> h.Node:
        if _state(key) != "killed":
            return None
        return form(
            visit,
            f"unkill-{key.id}",
            address(org_id, f"keys/{key.id}/unkill"),
            [],
            submit="Bring it back",
            tone="plain",
            does=api_keys.unkill_partner_key,
        )

    return Column[ApiKey]("Killed", cell, lambda one: one.kill_switch)
