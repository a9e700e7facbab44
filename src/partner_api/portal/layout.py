"""What stands around every page of the portal, and the pages before and after a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

import htpy as h

from partner_api.cash import routes as cash
from partner_api.clock import format_milliseconds
from partner_api.console.components.text import instant, other
from partner_api.console.layout import body_of, document
from partner_api.console.visit import KEY
from partner_api.credits import reservation_routes as reservations
from partner_api.credits import routes as credits
from partner_api.leases import routes as leases
from partner_api.portal.session import PREFIX
from partner_api.portal_sessions.service import return_host
from partner_api.visible_text import visible
from partner_api.webhooks import endpoint_routes as endpoints

if TYPE_CHECKING:
    from partner_api.console.declare import View
    from partner_api.portal.visit import PortalVisit
    from partner_api.portal_sessions.store import KnownPortalSession

SITE: Final = "Account"
# Each place: its address below /portal, its name, what it reads of the API, and whether children have it.
PLACES: Final = (
    ("", "Overview", credits.read_own_credits, True),
    ("/ledger", "Ledger", credits.list_own_events, True),
    ("/jobs", "Reserved", reservations.list_reservations, True),
    ("/leases", "Leases", leases.list_all_leased_accounts, True),
    ("/payments", "Payments", cash.read_cash_wallet, False),
    ("/webhooks", "Webhooks", endpoints.list_endpoints, True),
)


def whole(visit: PortalVisit | None, view: View, notice: str | None = None) -> str:
    """Return the HTML of a page; without a visit it has no navigation."""
    head = _head(visit, view.place) if visit is not None else None
    return _document(view.title, body_of(view, notice, head=head))


def opening(known: KnownPortalSession, address: str) -> str:
    """Return the page of a link that can be opened.

    Args:
        known: the session that it would open.
        address: of the link.
    """
    return _alone(
        "Open the account",
        h.p["See the credits, leases and payments of ", other(known.organization_name), "."],
        h.form(method="post", action=address, data_press="yes")[
            h.input(type="hidden", name=KEY, value=str(uuid4())),
            h.button(".primary", type="submit")["Open"],
        ],
        h.p(".quiet")["The link works once, until ", instant(_ends(known)), " UTC."],
        back(known.return_url),
    )


def over(title: str, return_url: str | None, *, said: str, may_be_open: bool = False) -> str:
    """Return the page of a session that is over, or of a link that opens nothing any more.

    Args:
        title: its heading.
        return_url: where a new link can be asked for, if that is known.
        said: what happened.
        may_be_open: whether this browser may be the one that has opened it.
    """
    return _alone(
        title,
        h.p[said],
        h.p[
            "To see the account again, open it from ",
            h.strong[return_host(return_url)] if return_url else "where you found the link",
            " again.",
        ],
        h.p[h.a(href=PREFIX)["Go on, if you have opened it in this browser"]]
        if may_be_open
        else None,
        back(return_url),
    )


def back(return_url: str | None) -> h.Node:
    """Return the link back to where somebody came from; it was checked when the session was asked for."""
    if return_url is None:
        return None
    return h.a(".back", href=return_url, rel="noopener")[f"Back to {return_host(return_url)}"]


def _ends(known: KnownPortalSession) -> str:
    return format_milliseconds(known.expires_at)


def _alone(title: str, *body: h.Node) -> str:
    return _document(title, h.body(".signed-out")[h.main("#main")[h.h1[title], body]])


def _document(title: str, body: h.Element) -> str:
    return document(title, body, prefix=PREFIX, site=SITE)


def _head(visit: PortalVisit, place: str) -> h.Node:
    return h.header(".portal")[
        h.a(".brand", href=PREFIX)[h.span(".mark", aria_hidden="true"), h.bdi[visible(visit.name)]],
        h.form(".who", method="post", action=f"{PREFIX}/sign-out")[
            back(visit.known.return_url),
            h.span(".quiet")["Session ends ", instant(_ends(visit.known)), " UTC"],
            h.button(type="submit")["Sign out"],
        ],
        h.nav(aria_label="Pages")[
            h.ul[
                (
                    h.li[
                        h.a(href=f"{PREFIX}{path}", aria_current="page" if name == place else None)[
                            name
                        ]
                    ]
                    for path, name, handler, of_children in PLACES
                    if visit.may(handler) and (of_children or not visit.is_childs)
                )
            ]
        ],
    ]
