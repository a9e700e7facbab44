"""What stands around every page of the console: its head, the navigation, and the sign-in."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.markup import rendered
from partner_api.ops.operators import routes as operators
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from markupsafe import Markup

    from partner_api.console.declare import View
    from partner_api.console.visit import Visit
    from partner_api.edge.identity.authentication import OperatorCaller

# Each place: its address below /console, its name, and the letter that leads there after `g`.
PLACES: Final[tuple[tuple[str, str, str], ...]] = (
    ("", "Today", "t"),
    ("/lease-requests", "Requests", "r"),
    ("/organizations", "Organizations", "o"),
    ("/leases", "Leases", "l"),
    ("/renewals", "Renewals", "n"),
    ("/pool", "Pool", "p"),
    ("/jobs", "Jobs", "j"),
    ("/webhooks", "Webhooks", "w"),
    ("/audit", "Audit", "a"),
    ("/books", "Books", "b"),
    ("/operators", "Operators", "u"),
)


def whole(visit: Visit | None, view: View, notice: str | None = None) -> str:
    """Return the HTML of a page; without a visit it has neither navigation nor search."""
    return document(
        view.title,
        body_of(
            view,
            notice,
            head=_head(visit, view.place) if visit is not None else None,
            after=_help(_opens_operators(visit)) if visit is not None else None,
        ),
    )


def body_of(view: View, notice: str | None, *, head: h.Node, after: h.Node = None) -> h.Element:
    """Return the body of a page.

    Args:
        view: what it shows.
        notice: what has just been done.
        head: what stands above it on every page of its mount.
        after: what stands below it.
    """
    return h.body[
        h.a(".skip", href="#main")["Skip to the content"],
        head,
        h.main(
            "#main",
            tabindex="-1",
            data_live=str(view.live_seconds) if view.live_seconds else None,
        )[
            _trail(view.trail),
            h.h1[h.bdi[visible(view.title)]],
            h.p(".notice", role="status")[visible(notice)] if notice else None,
            view.body,
        ],
        after,
    ]


def document(
    title: str,
    body: h.Element,
    head: h.Node = None,
    *,
    prefix: str = "/console",
    site: str = "Console",
) -> str:
    """Return a whole HTML document of this site.

    Args:
        title: of the window, in plain text.
        body: the body element.
        head: further elements of the head.
        prefix: of the mount, below which it finds its files.
        site: what the mount is called.
    """
    return rendered(
        h.html(lang="en")[
            h.head[
                h.meta(charset="utf-8"),
                h.meta(name="viewport", content="width=device-width, initial-scale=1"),
                h.meta(name="color-scheme", content="light dark"),
                h.title[f"{visible(title)} · {site}"],
                h.link(rel="icon", href=f"{prefix}/icon.svg"),
                h.link(rel="stylesheet", href=f"{prefix}/console.css"),
                h.script(src=f"{prefix}/console.js", defer=True),
                head,
            ],
            body,
        ]
    )


def sign_in(to: str, kept: str, message: str | None = None) -> str:
    """Return the sign-in page.

    Args:
        to: where to go afterwards.
        kept: a form that had been filled in, packed; empty without one.
        message: why the last token was refused.
    """
    return _signed_out(
        h.p(".notice")["What you had filled in is kept. You can send it when you have signed in."]
        if kept
        else None,
        h.p(".error", role="alert")[message] if message else None,
        h.form(method="post", action="/console/sign-in")[
            h.input(type="hidden", name="to", value=to),
            h.input(type="hidden", name="kept", value=kept),
            # What keeps passwords asks for a name; a token has none.
            h.input(
                type="text", name="username", autocomplete="username", value="operator", hidden=True
            ),
            h.label(for_="token")["Operator's token"],
            h.input(
                "#token",
                type="password",
                name="token",
                autocomplete="current-password",
                required=True,
                autofocus=True,
                spellcheck="false",
            ),
            h.button(".primary", type="submit")["Sign in"],
        ],
        h.p(".quiet")[
            "An admin creates operators. The first token is printed by ",
            h.code["layers ops bootstrap"],
            "; ",
            h.code["layers ops console"],
            " prints a link that signs you in once.",
        ],
    )


def sign_in_by_link(action: str, operator: OperatorCaller) -> str:
    """Return the page of a one-time link: its button signs in, once.

    Args:
        action: the address that uses the link.
        operator: whom it signs in.
    """
    return _signed_out(
        h.p[
            "This link signs you in as ",
            h.bdi[visible(operator.name)],
            f", with the role {operator.role}. It works once.",
        ],
        h.form(method="post", action=action)[
            h.button(".primary", type="submit", autofocus=True)["Sign in"]
        ],
    )


def onward(to: str) -> str:
    """Return a page that leads on to a page of this site at once, from this site."""
    return document(
        "Console",
        h.body(".signed-out")[
            h.main("#main")[h.h1["Console"], h.p[h.a(href=to)["Go on to the page"]]]
        ],
        h.meta(http_equiv="refresh", content=f"0; url={to}"),
    )


def _signed_out(*nodes: h.Node) -> str:
    return document("Sign in", h.body(".signed-out")[h.main("#main")[h.h1["Sign in"], nodes]])


def _head(visit: Visit, place: str) -> h.Node:
    return h.header[
        h.a(".brand", href="/console")[h.span(".mark", aria_hidden="true"), "Console"],
        h.form(".search", role="search", method="get", action="/console/search")[
            h.label(".hidden", for_="search")["Search"],
            h.input(
                "#search",
                type="search",
                name="q",
                placeholder="Search for an id, handle, name or e-mail   /",
                value=visit.parameter("q") if visit.path == "/console/search" else None,
                maxlength="200",
            ),
        ],
        _navigation(place, _opens_operators(visit)),
        h.form(".who", method="post", action="/console/sign-out")[
            h.a(href="/console/sessions")[h.bdi[visible(visit.name)]],
            h.button(type="submit")["Sign out"],
        ],
    ]


def _trail(trail: tuple[tuple[str, str], ...]) -> h.Node:
    if not trail:
        return None
    return h.nav(".trail", aria_label="Part of")[
        h.ol[(h.li[h.a(href=address)[h.bdi[visible(text)]]] for text, address in trail)]
    ]


def _opens_operators(visit: Visit) -> bool:
    return visit.may(operators.list_operators)


def _places(opens_operators: bool) -> list[tuple[str, str, str]]:
    """Return the places that whoever looks may open."""
    return [one for one in PLACES if opens_operators or one[1] != "Operators"]


# What is the same on every page is written once.
@functools.cache
def _navigation(place: str, opens_operators: bool) -> Markup:
    return rendered(
        h.nav(aria_label="Pages")[
            h.ul[
                (
                    h.li[
                        h.a(
                            href=f"/console{path}",
                            aria_current="page" if name == place else None,
                            data_go=letter,
                        )[name]
                    ]
                    for path, name, letter in _places(opens_operators)
                )
            ]
        ]
    )


@functools.cache
def _help(opens_operators: bool) -> Markup:
    keys = [
        ("/", "search"),
        (
            "g, then a letter",
            "go to a page: " + ", ".join(f"{k} {n}" for _, n, k in _places(opens_operators)),
        ),
        ("j and k", "next and previous row"),
        ("Enter", "open the row"),
        ("?", "this help"),
    ]
    return rendered(
        h.dialog("#help", aria_labelledby="help-title")[
            h.h2("#help-title")["Keys"],
            h.dl[(h.div[h.dt[h.kbd[key]], h.dd[text]] for key, text in keys)],
            h.form(method="dialog")[h.button["Close"]],
        ]
    )
