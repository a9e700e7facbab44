"""Putting pages under an address: who may see them, and what becomes of what they do and refuse."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import msgspec

from partner_api.console.components.errors import headers_of
from partner_api.console.components.form import confirmation, left_out
from partner_api.console.declare import Confirmation, Done, Download, View
from partner_api.console.form_data import parse_form
from partner_api.console.form_files import has_files, receive_form
from partner_api.console.own_addresses import is_same_host, own_path
from partner_api.console.refused import refusal_of_page, refused_view
from partner_api.console.submitted import Submitted
from partner_api.console.visit import CONFIRMED, FORM
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.scopes import PUBLIC
from partner_api.edge.request.api_request import MAX_BODY_BYTES, ApiRequest
from partner_api.edge.route import PARAMETER
from partner_api.edge.wire.reply import Reply, client_error
from partner_api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partner_api.console.declare import PageRoute
    from partner_api.console.visit import Visit

HTML: Final = "text/html; charset=utf-8"
_PROXY: Final = (
    "The server was asked for another host than the one in your browser, so nothing was done. The proxy in front of it "
    "has to pass the header Host on as it is."
)
# A page loads what this server has, and nothing else; nothing shows it in a frame or keeps it.
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SEE_OTHER: Final = 303
_CROSS_SITE: Final = "This form was sent from another site, so nothing was done. Open the page here and send it again."


class Mount(Protocol):
    """Where pages are: their addresses, who is let in, and what stands around them."""

    prefix: str
    """Of all addresses, such as ``/console``."""
    tag: str
    """Of the routes."""
    home: tuple[str, str]
    """The address of the first page, and the words of a link back to it."""

    async def admit(self, request: ApiRequest) -> Visit | None:
        """Return the visit of whoever is signed in; None for nobody.

        Raises:
            ApiError: RATE_LIMITED, UNAVAILABLE.
        """

    def signed_out(self, request: ApiRequest, fields: Mapping[str, list[str]]) -> Reply[Any]:
        """Answer somebody who is not signed in.

        Args:
            request: what was asked for.
            fields: the form that was sent, to be kept; empty without one.
        """

    def whole(self, visit: Visit | None, view: View, notice: str | None = None) -> str:
        """Return the HTML of a page.

        Args:
            visit: of whoever is signed in; None on pages for nobody.
            view: what the page shows.
            notice: what has just been done.
        """

    def notice(self, request: ApiRequest) -> str | None:
        """Return what the page before has left to be said."""

    def leave_notice(self, request: ApiRequest, message: str) -> dict[str, str]:
        """Return the headers that leave something to be said by the next page."""

    async def done(self, visit: Visit) -> None:
        """Note that the form that was sent was done."""


def html_reply(
    text: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply[Any]:
    """Answer with a page."""
    return Reply(status, text.encode(), {**HEADERS, **(headers or {})}, HTML)


def redirection(to: str, headers: Mapping[str, str] | None = None) -> Reply[Any]:
    """Answer that the browser should go on to another page."""
    return Reply(_SEE_OTHER, b"", {**HEADERS, "Location": to, **(headers or {})}, HTML)


def require_same_site(request: ApiRequest) -> None:
    """Check that a form was sent by a page of this server, as browsers say of each in either header, or in both.

    Raises:
        ApiError: FORBIDDEN_SCOPE.
    """
    site = request.header("sec-fetch-site")
    origin = request.header("origin")
    if site not in (None, "same-origin") or (site or origin) is None:
        raise ApiError("FORBIDDEN_SCOPE", _CROSS_SITE)
    if origin is not None and not is_same_host(origin, request.header("host") or ""):
        raise ApiError("FORBIDDEN_SCOPE", _CROSS_SITE if site is None else _PROXY)


def mounted(mount: Mount, pages: Iterable[PageRoute]) -> Routes:
    """Return the routes of pages under a mount."""
    routes = Routes(mount.tag)
    for page in pages:
        _declare(routes, mount, page)
    return routes


def _declare(routes: Routes, mount: Mount, page: PageRoute) -> None:
    template = f"{mount.prefix}{page.path}"
    handler = _ReadPage(mount, page) if page.method == "GET" else _DoAction(mount, page)

    async def answer(request: ApiRequest, **path: str) -> Reply[Any]:
        return await handler(request, path)

    answer.__doc__ = inspect.getdoc(page.handler)
    names = [name for name in inspect.signature(page.handler).parameters if name != "visit"]
    # The edge reads the parameters of a route from its handler.
    kind = inspect.Parameter.KEYWORD_ONLY
    answer.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, kind) for name in ("request", *names)]
    )
    answer.__annotations__ = {
        "request": ApiRequest,
        **dict.fromkeys(names, str),
        "return": Reply[str],
    }
    if len(names) != len(PARAMETER.findall(template)):
        raise TypeError(f"{template}: the parameters of its handler are {names}")
    if page.method == "GET":
        routes.read(template, access=PUBLIC)(answer)
    else:
        routes.write(
            "POST",
            template,
            access=PUBLIC,
            runs=Runs.UNRECORDED,
            form=True,
            form_bytes=page.upload_bytes,
        )(answer)


class _ReadPage:
    def __init__(self, mount: Mount, page: PageRoute) -> None:
        self._mount = mount
        self._page = page

    async def __call__(self, request: ApiRequest, path: Mapping[str, str]) -> Reply[Any]:
        visit = await self._mount.admit(request)
        if visit is None:
            return self._mount.signed_out(request, {})
        return await shown(self._mount, visit, self._page.handler, path)


class _DoAction:
    def __init__(self, mount: Mount, page: PageRoute) -> None:
        self._mount = mount
        self._page = page

    async def __call__(self, request: ApiRequest, path: Mapping[str, str]) -> Reply[Any]:
        require_same_site(request)
        if self._page.upload_bytes and has_files(request):
            return await self._with_files(request, path)
        fields = parse_form(await request.body_bytes())
        visit = await self._mount.admit(request)
        if visit is None:
            return self._mount.signed_out(request, fields)
        return await self._do(visit, fields, path)

    async def _with_files(self, request: ApiRequest, path: Mapping[str, str]) -> Reply[Any]:
        # Who may send much is known before much is read.
        visit = await self._mount.admit(request)
        if visit is None:
            return self._mount.signed_out(request, await _texts_of(request))
        form = await receive_form(request, self._page.upload_bytes)
        try:
            visit.files = form.files
            return await self._do(visit, form.fields, path)
        finally:
            form.close()

    async def _do(
        self, visit: Visit, fields: dict[str, list[str]], path: Mapping[str, str]
    ) -> Reply[Any]:
        visit.take_form(fields, own_path(self._mount.prefix, fields.get("page", [""])[0]))
        try:
            visit.require_own_form()
            for called in self._page.does:
                visit.require(called)
            result = await self._page.handler(visit, **path)
        except Confirmation as asked:
            view = View(title="Please confirm", body=confirmation(visit, asked))
            return html_reply(self._mount.whole(visit, view))
        except Exception as error:
            refusal = client_error(
                error, visit.request.request_id, where=self._page.path, repeatable=True
            )
            # Whoever was asked once more is asked again after a correction.
            filled_in = {name: values for name, values in fields.items() if name != CONFIRMED}
            visit.submitted = Submitted(visit.field(FORM), filled_in, refusal)
            visit.request.exchange.failure = refusal.code
            if self._page.shows is None:
                raise
            return await shown(self._mount, visit, self._page.shows, path, refusal.status)
        await self._mount.done(visit)
        if isinstance(result, Done):
            to = own_path(self._mount.prefix, result.to)
            return redirection(to, self._mount.leave_notice(visit.request, result.message))
        if isinstance(result, View):
            return html_reply(self._mount.whole(visit, result), result.status)
        return cast("Reply[Any]", result)


async def _texts_of(request: ApiRequest) -> dict[str, list[str]]:
    """Return the texts of a form with files, to be kept over a sign-in; none of one that is too large for that."""
    try:
        form = await receive_form(request, MAX_BODY_BYTES)
    except ApiError as error:
        if error.code != "PAYLOAD_TOO_LARGE":
            raise
        return {}
    form.close()
    return form.fields


async def shown(
    mount: Mount,
    visit: Visit,
    handler: Any,
    path: Mapping[str, str],
    status: int | None = None,
) -> Reply[Any]:
    """Show a page, or what is wrong with it.

    Args:
        mount: where it is.
        visit: of whoever looks.
        handler: of the page.
        path: the page's parameters.
        status: of the answer, if it is not the page's own.
    """
    headers: dict[str, str] = {}
    if visit.submitted is not None and visit.submitted.error is not None:
        headers |= headers_of(visit.submitted.error)
    try:
        view = await handler(visit, **path)
    except Download as download:
        if download.asks_again:
            download.reply.admit = partial(mount.admit, visit.request)
        return cast("Reply[Any]", download.reply)
    except Exception as error:
        refusal = client_error(
            error, visit.request.request_id, where=visit.request.template, repeatable=True
        )
        if visit.submitted is not None and visit.submitted.error is not None:
            # The page of the form is not there either; what was refused is what counts.
            refusal = visit.submitted.error
        refusal = refusal_of_page(visit, refusal)
        visit.request.exchange.failure = refusal.code
        view = refused_view(visit, refusal, mount.home)
        status = refusal.status
        headers |= headers_of(refusal)
        visit.is_shown_again = True
    if isinstance(view, Reply):
        return view
    if visit.submitted and not visit.is_shown_again:
        # The form was left out: whoever sent it may not, or there is nothing to do any more.
        above = left_out(visit, visit.submitted)
        view = msgspec.structs.replace(view, body=[above, view.body])
    notice = mount.notice(visit.request)
    if notice:
        headers |= mount.leave_notice(visit.request, "")
    return html_reply(mount.whole(visit, view, notice), status or view.status, headers)
