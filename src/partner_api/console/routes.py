"""The addresses of the console: its files, signing in, and all pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from partner_api.console import layout, session
from partner_api.console.components.errors import headers_of
from partner_api.console.files import declare_files
from partner_api.console.kept_form import kept_form_of, pack, read_kept
from partner_api.console.mount import html_reply, mounted
from partner_api.console.own_addresses import own_path
from partner_api.console.pages import ALL_PAGES
from partner_api.console.refused import error_view
from partner_api.console.sign_in_routes import declare_links, declare_sign_in
from partner_api.console.submitted import Submitted
from partner_api.console.visit import FORM, Visit
from partner_api.edge.declare import Routes
from partner_api.edge.in_process import Calls
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.reply import Reply
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partner_api.console.declare import View
    from partner_api.edge.identity.authentication import OperatorCaller
    from partner_api.edge.route import Route
    from partner_api.errors import ApiError

PREFIX: Final = "/console"
HOME: Final = (PREFIX, "Back to Today")


class _Console:
    """The mount of the operator's pages."""

    prefix = PREFIX
    tag = "Console"
    home = HOME

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def admit(self, request: ApiRequest) -> Visit | None:
        """Return the visit of the operator whose session it is."""
        found = await session.current_session(request)
        if found is None:
            return None
        request.exchange.caller_id = format_id("opr", found.operator.operator_id)
        session.require_reader(found.operator)
        visit = Visit(request, found.operator, self._calls, found.operator.name)
        visit.kept_form = read_kept(found.kept_form)
        if visit.kept_form is not None and visit.kept_form.path == visit.path:
            visit.submitted = Submitted(visit.kept_form.form, visit.kept_form.fields)
        return visit

    def signed_out(self, request: ApiRequest, fields: Mapping[str, list[str]]) -> Reply[Any]:
        """Show the sign-in page, which leads back to what was asked for."""
        to = request.scope["raw_path"].decode("ascii")
        if request.scope["query_string"]:
            to += f"?{request.scope['query_string'].decode('latin-1')}"
        kept = ""
        if fields:
            # The page of a form is where the form says that it was.
            to = own_path(PREFIX, fields.get("page", [PREFIX])[0])
            kept = pack(kept_form_of(to.partition("?")[0], fields))
        elif request.header("sec-fetch-site") in ("cross-site", "same-site"):
            # Browsers keep the cookie back when they come from another site's link; from this page they send it.
            return html_reply(layout.onward(to), 401)
        forget = session.forget_cookie(request) if session.has_cookie(request) else {}
        return html_reply(layout.sign_in(to, kept), 401, forget)

    def whole(self, visit: Visit | None, view: View, notice: str | None = None) -> str:
        """Return the HTML of a page."""
        return layout.whole(visit, view, notice)

    def notice(self, request: ApiRequest) -> str | None:
        """Return what the page before has left to be said."""
        return session.notice_of(request)

    def leave_notice(self, request: ApiRequest, message: str) -> dict[str, str]:
        """Return the header that leaves something to be said by the next page."""
        return session.notice_header(request, message, PREFIX)

    async def done(self, visit: Visit) -> None:
        """Forget a form that was kept over a sign-in, now that it was done."""
        kept = visit.kept_form
        session_id = cast("OperatorCaller", visit.caller).session_id
        if kept and session_id and (kept.path, kept.form) == (visit.path, visit.field(FORM)):
            await session.drop_kept_form(visit.request, session_id)


def console_routes(api: Iterable[Route]) -> Routes:
    """Create the routes of the console.

    Args:
        api: the routes that its pages show.
    """
    console = _Console(Calls(api))
    routes = mounted(console, ALL_PAGES)
    declare_files(routes, PREFIX)
    declare_sign_in(routes, PREFIX)
    declare_links(routes, PREFIX)
    return routes


def error_page(error: ApiError, request_id: str) -> Reply[Any]:
    """Answer with a page what no page has answered."""
    headers = headers_of(error)
    return html_reply(
        layout.whole(None, error_view(error, request_id, HOME)), error.status, headers
    )
