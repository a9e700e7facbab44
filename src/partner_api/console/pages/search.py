"""One search for anything: an id leads to its page, everything else to a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import htpy as h

from partner_api.console.components.csv_file import rows_link
from partner_api.console.components.table import Column, table
from partner_api.console.components.text import identifier, other
from partner_api.console.components.things import address_of
from partner_api.console.declare import Pages, View
from partner_api.console.mount import redirection
from partner_api.ops.search import routes as search
from partner_api.ops.search.schemas import MAX_CHARACTERS, SearchHit

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.edge.wire.reply import Reply

pages = Pages()
_KINDS: Final = {
    "api_key": "API key",
    "social_account": "lease",
    "pool_account": "pool account",
    "lease_request": "lease request",
    "webhook_endpoint": "webhook endpoint",
    "webhook_delivery": "webhook delivery",
    "transfer": "credit transfer",
}
_COLUMNS: Final = [
    Column[SearchHit]("Name", lambda one: other(one.name or one.id), lambda one: one.name),
    Column[SearchHit]("Kind", lambda one: _KINDS.get(one.kind, one.kind), lambda one: one.kind),
    Column[SearchHit](
        "Organization",
        lambda one: other(one.organization_name),
        lambda one: one.organization_name,
    ),
    Column[SearchHit]("Id", lambda one: identifier(one.id), lambda one: one.id),
]


@pages.page("/search")
async def search_for_anything(visit: Visit) -> View | Reply[Any]:
    """Show what was found; when it is one thing by its id or its whole name, go to its page."""
    text = visit.parameter("q").strip()
    if not text:
        return _found(visit, text, None)
    hits = (await visit.ask(search.search, query={"q": text})).items
    exact = [hit for hit in hits if hit.exact]
    if not visit.parameter("csv") and len(exact) == 1 and (exact[0].id == text or len(hits) == 1):
        return redirection(address_of_hit(exact[0]))
    return _found(visit, text, hits)


def address_of_hit(hit: SearchHit) -> str:
    """Return the address of the page that has a hit."""
    own = f"/console/organizations/{hit.organization_id}"
    match hit.kind:
        case "project" | "api_key":
            return f"{own}/{'projects' if hit.kind == 'project' else 'keys'}"
        case "transfer":
            return f"{own}/credits"
        case "event":
            return f"{own}/webhooks"
        case "container":
            return f"/console/jobs/{hit.part_of}"
        case "webhook_endpoint":
            return f"/console/webhooks/{hit.id}"
        case "webhook_delivery":
            return f"/console/webhooks/{hit.part_of}/deliveries/{hit.id}"
        case "operator":
            return "/console/operators"
        case _:
            return address_of(hit.id) or own


def _found(visit: Visit, text: str, hits: list[SearchHit] | None) -> View:
    return View(
        title="Search",
        body=[
            h.p[
                "For any id, with its prefix or bare; the public part of a key, such as ",
                h.code["lp_live_…"],
                "; or the beginning of a name, a billing e-mail or a handle.",
            ],
            h.form(".filters", method="get", action=visit.path)[
                h.div[
                    h.label(for_="q")["Search for"],
                    h.input(
                        "#q",
                        type="search",
                        name="q",
                        value=text,
                        required=True,
                        maxlength=str(MAX_CHARACTERS),
                    ),
                ],
                h.button(type="submit")["Search"],
            ],
            table(
                _COLUMNS,
                hits,
                href=address_of_hit,
                empty="Nothing has this id, and no name, e-mail or handle begins with it. "
                "Try the beginning of the name.",
                caption="What was found",
            )
            if hits is not None
            else None,
            h.p(".pages")[rows_link(visit, hits, _COLUMNS, name="found")] if hits else None,
        ],
    )
