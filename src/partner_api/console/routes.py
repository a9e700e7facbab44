"""The addresses of the console: sign-in, its files, and all pages."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

import msgspec

from partner_api.console import layout, session
from partner_api.console.mount import (
    error_view,
    html_reply,
    mounted,
    own_path,
    redirection,
    require_same_site,
)
from partner_api.console.pages import ALL_PAGES
from partner_api.console.static_files import declare_files
from partner_api.console.visit import FORM, Submitted, Visit, parse_form
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.admission import admit_operator_token
from partner_api.edge.identity.scopes import PUBLIC
from partner_api.edge.in_process import Calls
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partner_api.console.declare import View
    from partner_api.edge.route import Route

PREFIX: Final = "/console"
HOME: Final = (PREFIX, "Back to Today")
# What a form that is kept over a sign-in may take.
_MOST_KEPT: Final = 32 * 1024


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
        visit = Visit(request, found.operator, self._calls, found.operator.name)
        kept = found.kept_form
        if kept is not None and kept["path"] == visit.path:
            visit.submitted = Submitted(kept[FORM], kept["fields"])
        return visit

    def signed_out(self, request: ApiRequest, fields: Mapping[str, list[str]]) -> Reply[Any]:
        """Show the sign-in page, which leads back to what was asked for."""
        path = str(request.scope["path"])
        query = request.scope["query_string"].decode("latin-1")
        to = path + (f"?{query}" if query else "")
        kept = ""
        if fields:
            # The page of a form is where the form says that it was.
            to = own_path(PREFIX, fields.get("page", [PREFIX])[0])
            kept = _pack(
                {
                    "path": to.partition("?")[0],
                    FORM: fields.get(FORM, [""])[0],
                    "fields": dict(fields),
                }
            )
        return html_reply(layout.sign_in(to, kept), 401)

    def whole(self, visit: Visit | None, view: View, notice: str | None = None) -> str:
        """Return the HTML of a page."""
        return layout.whole(visit, view, notice)

    def notice(self, request: ApiRequest) -> str | None:
        """Return what the page before has left to be said."""
        return session.notice_of(request)

    def leave_notice(self, message: str) -> dict[str, str]:
        """Return the header that leaves something to be said by the next page."""
        return session.notice_header(message, PREFIX)


def console_routes(api: Iterable[Route]) -> Routes:
    """Create the routes of the console.

    Args:
        api: the routes that its pages show.
    """
    console = _Console(Calls(api))
    routes = mounted(console, ALL_PAGES)
    declare_files(routes, PREFIX)

    @routes.read(f"{PREFIX}/sign-in", access=PUBLIC)
    async def show_sign_in(request: ApiRequest) -> Reply[str]:
        """Show the form for a token."""
        return html_reply(layout.sign_in(PREFIX, ""))

    @routes.write("POST", f"{PREFIX}/sign-in", access=PUBLIC, runs=Runs.UNRECORDED, form=True)
    async def sign_in(request: ApiRequest) -> Reply[str]:
        """Open a session with an operator's token."""
        require_same_site(request)
        fields = parse_form(await request.body_bytes())
        to = own_path(PREFIX, fields.get("to", [""])[0])
        kept = fields.get("kept", [""])[0]
        token = fields.get("token", [""])[0].strip()
        try:
            operator = await admit_operator_token(request, token)
        except ApiError as error:
            if error.code not in ("UNAUTHENTICATED", "RATE_LIMITED"):
                raise
            headers = {k: v for k, v in error.headers.items() if k == "Retry-After"}
            return html_reply(layout.sign_in(to, kept, error), error.status, headers)
        return redirection(to, await session.begin_session(request, operator, _unpack(kept)))

    @routes.write("POST", f"{PREFIX}/sign-out", access=PUBLIC, runs=Runs.UNRECORDED, form=True)
    async def sign_out(request: ApiRequest) -> Reply[str]:
        """End the session of the browser."""
        require_same_site(request)
        found = await session.current_session(request)
        if found is None:
            return redirection(f"{PREFIX}/sign-in")
        return redirection(f"{PREFIX}/sign-in", await session.end_session(request, found))

    return routes


def error_page(error: ApiError, request_id: str) -> Reply[Any]:
    """Answer with a page what no page has answered."""
    headers = {k: v for k, v in error.headers.items() if k in ("Retry-After", "Allow")}
    return html_reply(
        layout.whole(None, error_view(error, request_id, HOME)), error.status, headers
    )


def _pack(form: Mapping[str, Any]) -> str:
    packed = msgspec.json.encode(form)
    return base64.urlsafe_b64encode(packed).decode() if len(packed) <= _MOST_KEPT else ""


class _KeptForm(msgspec.Struct, forbid_unknown_fields=True):
    path: str
    form: str
    fields: dict[str, list[str]]


def _unpack(text: str) -> dict[str, Any] | None:
    """Return the form that a sign-in page has kept; None for none, and for what is no form."""
    if not text or len(text) > 2 * _MOST_KEPT:
        return None
    try:
        kept = msgspec.json.decode(base64.urlsafe_b64decode(text), type=_KeptForm)
    except (binascii.Error, msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        return None
    return {"path": kept.path, FORM: kept.form, "fields": kept.fields}
