"""The addresses of the portal: opening a link, signing out, its files, and all pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from partner_api.console.components.errors import headers_of
from partner_api.console.declare import View
from partner_api.console.files import declare_files
from partner_api.console.form_data import parse_form
from partner_api.console.mount import (
    html_reply,
    mounted,
    redirection,
    require_same_site,
)
from partner_api.console.refused import error_view
from partner_api.console.session import notice_header, notice_of
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.authentication import killed
from partner_api.edge.identity.scopes import PUBLIC
from partner_api.edge.in_process import Calls
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError
from partner_api.portal import layout, session
from partner_api.portal.pages import ALL_PAGES
from partner_api.portal.session import PREFIX
from partner_api.portal.visit import PortalVisit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partner_api.console.visit import Visit
    from partner_api.edge.identity.portal import PortalVisitor
    from partner_api.edge.route import Route

__all__ = ["PREFIX", "error_page", "portal_routes"]

HOME: Final = (PREFIX, "Back to the overview")
_GONE: Final = 410
_SUSPENDED: Final = (
    "This account is suspended, so nothing of it is shown. Ask whoever gave you the link."
)
# Where to ask for a new link, of a session that has ended, for the page that says so.
_RETURN_URL: Final = "partner_api.portal.return_url"


class _Portal:
    """The mount of the partner's pages."""

    prefix = PREFIX
    tag = "Portal"
    home = HOME

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def admit(self, request: ApiRequest) -> Visit | None:
        """Return the visit of whoever has opened a session that goes on."""
        found = await session.current_visitor(request)
        if found is None:
            return None
        if found.is_suspended:
            raise killed("organization")
        if found.caller is None:
            request.scope[_RETURN_URL] = found.known.return_url
            return None
        return PortalVisit(request, found.caller, self._calls, found.known)

    def signed_out(self, request: ApiRequest, fields: Mapping[str, list[str]]) -> Reply[Any]:
        """Show where to ask for a new link."""
        url = request.scope.get(_RETURN_URL)
        said = "No session is open here, or it has ended. Nothing was done."
        return html_reply(layout.over("The session has ended", url, said=said), 401)

    def whole(self, visit: Visit | None, view: View, notice: str | None = None) -> str:
        """Return the HTML of a page."""
        return layout.whole(cast("PortalVisit | None", visit), view, notice)

    def notice(self, request: ApiRequest) -> str | None:
        """Return what the page before has left to be said."""
        return notice_of(request)

    def leave_notice(self, request: ApiRequest, message: str) -> dict[str, str]:
        """Return the header that leaves something to be said by the next page."""
        return notice_header(request, message, PREFIX)

    async def done(self, visit: Visit) -> None:
        """Note that the form that was sent was done; a session here keeps none."""


def portal_routes(api: Iterable[Route]) -> Routes:
    """Create the routes of the portal.

    Args:
        api: the routes that its pages show.
    """
    routes = mounted(_Portal(Calls(api)), ALL_PAGES)
    declare_files(routes, PREFIX)

    @routes.read(f"{PREFIX}/open/{{link}}", access=PUBLIC)
    async def show_link(request: ApiRequest, link: str) -> Reply[str]:
        """Show the button that opens a session; looking at it does not use the link up."""
        visitor = await session.read_link(request, link)
        if visitor.caller is None or visitor.is_opened:
            return _gone(visitor)
        return html_reply(layout.opening(visitor.known, request.scope["path"]))

    @routes.write("POST", f"{PREFIX}/open/{{link}}", access=PUBLIC, runs=Runs.UNRECORDED, form=True)
    async def open_link(request: ApiRequest, link: str) -> Reply[str]:
        """Open a session, once."""
        require_same_site(request)
        fields = parse_form(await request.body_bytes())
        visitor = await session.read_link(request, link)
        if visitor.caller is None:
            return _gone(visitor)
        headers = await session.open_link(request, visitor, link, fields)
        if headers is not None:
            return redirection(PREFIX, headers)
        mine = await session.current_visitor(request)
        if mine is not None and mine.known.id == visitor.known.id:
            return redirection(PREFIX)
        return _gone(await session.read_link(request, link))

    @routes.write("POST", f"{PREFIX}/sign-out", access=PUBLIC, runs=Runs.UNRECORDED, form=True)
    async def sign_out(request: ApiRequest) -> Reply[str]:
        """End the session of the browser."""
        require_same_site(request)
        known, headers = await session.end_session(request)
        url = known.return_url if known is not None else None
        said = "The session has ended, and its link opens nothing any more."
        return html_reply(layout.over("Signed out", url, said=said), 200, headers)

    return routes


def error_page(error: ApiError, request_id: str) -> Reply[Any]:
    """Answer with a page what no page has answered."""
    headers = headers_of(error)
    if error.code == "KILL_SWITCH":
        error = ApiError("KILL_SWITCH", _SUSPENDED)
    return html_reply(
        layout.whole(None, error_view(error, request_id, HOME)), error.status, headers
    )


def _gone(visitor: PortalVisitor) -> Reply[Any]:
    used = visitor.is_opened and visitor.caller is not None
    title = "This link was used" if used else "This link has ended"
    said = (
        "A link opens the account once, and this one was opened before."
        if used
        else "Its time is over, or whoever gave it to you has taken it back."
    )
    url = visitor.known.return_url
    return html_reply(layout.over(title, url, said=said, may_be_open=used), _GONE)
