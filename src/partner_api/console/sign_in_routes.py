"""Signing in to the console, with a token or with a one-time link, and signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from partner_api.console import layout, session
from partner_api.console.form_data import parse_form
from partner_api.console.kept_form import unpack
from partner_api.console.mount import (
    html_reply,
    redirection,
    require_same_site,
)
from partner_api.console.own_addresses import own_path
from partner_api.edge.declare import Runs
from partner_api.edge.identity.admission import admit_operator_token, admit_sign_in_link
from partner_api.edge.identity.credentials import parse_sign_in_link
from partner_api.edge.identity.scopes import PUBLIC
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError, not_found
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.console.kept_form import KeptForm
    from partner_api.edge.declare import Routes
    from partner_api.edge.identity.authentication import OperatorCaller

# A form of another page comes with the token, encoded once more.
_MOST_BYTES: Final = 2**20
_GONE: Final = 410
_LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")
_ENCRYPTED_ONLY = (
    "Browsers keep a session of this server only where they reach it over https, so nothing was done. "
    "Open the console at an address that begins with https."
)
_WRONG = "This is no operator's token that is in use. Check it, or ask an admin for a new one."
_USED = (
    "This link has been used, or its time is up. `layers ops console` prints a new one, and a token opens the "
    "console too."
)
_ANOTHERS = "What had been filled in here was another operator's. It was dropped."


def declare_sign_in(routes: Routes, prefix: str) -> None:
    """Declare the addresses of signing in with a token, and of signing out.

    Args:
        routes: get them.
        prefix: of the console's addresses.
    """

    @routes.read(f"{prefix}/sign-in", access=PUBLIC)
    async def show_sign_in(request: ApiRequest) -> Reply[str]:
        """Show the form for a token."""
        return html_reply(layout.sign_in(prefix, ""))

    @routes.write("POST", f"{prefix}/sign-in", access=PUBLIC, runs=Runs.UNRECORDED, form=True)
    async def sign_in(request: ApiRequest) -> Reply[str]:
        """Open a session with an operator's token."""
        require_same_site(request)
        fields = parse_form(await request.body_bytes(_MOST_BYTES))
        to = own_path(prefix, fields.get("to", [""])[0])
        kept = fields.get("kept", [""])[0]
        try:
            _require_encrypted(request)
            operator = await admit_operator_token(request, fields.get("token", [""])[0].strip())
            session.require_reader(operator)
        except ApiError as error:
            page = layout.sign_in(to, kept, _message_of(error))
            headers = {k: v for k, v in error.headers.items() if k == "Retry-After"}
            return html_reply(page, error.status, headers)
        return await _signed_in(request, operator, to, unpack(kept))

    @routes.write("POST", f"{prefix}/sign-out", access=PUBLIC, runs=Runs.UNRECORDED, form=True)
    async def sign_out(request: ApiRequest) -> Reply[str]:
        """End the session of the browser."""
        require_same_site(request)
        found = await session.current_session(request)
        if found is None:
            return redirection(f"{prefix}/sign-in")
        return redirection(f"{prefix}/sign-in", await session.end_session(request, found))

    @routes.write("POST", f"{prefix}/discard", access=PUBLIC, runs=Runs.UNRECORDED, form=True)
    async def discard_form(request: ApiRequest) -> Reply[str]:
        """Forget what had been filled in when the session before this one ended."""
        require_same_site(request)
        fields = parse_form(await request.body_bytes())
        found = await session.current_session(request)
        if found is not None:
            await session.drop_kept_form(request, found.id)
        return redirection(own_path(prefix, fields.get("page", [""])[0]))


def declare_links(routes: Routes, prefix: str) -> None:
    """Declare the addresses of one-time links; see ``declare_sign_in``."""

    @routes.read(f"{prefix}/sign-in/{{link}}", access=PUBLIC)
    async def show_link(request: ApiRequest, link: str) -> Reply[str]:
        """Show the button that uses a one-time link: whatever only looks at the address does not use it up."""
        operator = await _operator_of(request, link)
        if operator is None:
            return await _used(request, prefix)
        return html_reply(layout.sign_in_by_link(f"{prefix}/sign-in/{link}", operator))

    @routes.write(
        "POST", f"{prefix}/sign-in/{{link}}", access=PUBLIC, runs=Runs.UNRECORDED, form=True
    )
    async def use_link(request: ApiRequest, link: str) -> Reply[str]:
        """Open a session with a one-time link."""
        require_same_site(request)
        _require_encrypted(request)
        operator = await _operator_of(request, link)
        if operator is not None:
            credential = parse_sign_in_link(link)
            headers = await session.begin_session(request, operator, link=credential)
            if headers is not None:
                return redirection(prefix, headers)
        return await _used(request, prefix)


async def _signed_in(
    request: ApiRequest, operator: OperatorCaller, to: str, kept: KeptForm | None
) -> Reply[Any]:
    """Open a session and go on; a form of somebody else's is not shown to whoever has signed in."""
    is_anothers = kept is not None and kept.whose not in (
        "",
        format_id("opr", operator.operator_id),
    )
    begun = await session.begin_session(request, operator, None if is_anothers else kept)
    reply = redirection(to, begun)
    if is_anothers:
        notice = session.notice_header(request, _ANOTHERS, "/console")
        reply.headers += [(b"set-cookie", value.encode()) for value in notice.values()]
    return reply


async def _operator_of(request: ApiRequest, link: str) -> OperatorCaller | None:
    """Return whom a link signs in; None when it was used or is over.

    Raises:
        ApiError: NOT_FOUND for what is no link, RATE_LIMITED after many of those.
    """
    try:
        return await admit_sign_in_link(request, link)
    except ApiError as error:
        if error.code == "UNAUTHENTICATED":
            raise not_found() from None
        raise


async def _used(request: ApiRequest, prefix: str) -> Reply[Any]:
    """Answer whoever comes with a link that is over; whoever it has signed in goes on, as after a second click."""
    if await session.current_session(request) is not None:
        return redirection(prefix)
    return html_reply(layout.sign_in(prefix, "", _USED), _GONE)


def _require_encrypted(request: ApiRequest) -> None:
    """Check that the browser will keep the session that is about to be opened.

    Raises:
        ApiError: FORBIDDEN_SCOPE.
    """
    origin = request.header("origin") or ""
    host = origin.removeprefix("http://")
    if (
        host != origin
        and not request.services.settings.development
        and host.rpartition(":")[0] not in _LOCAL
        and host not in _LOCAL
    ):
        raise ApiError("FORBIDDEN_SCOPE", _ENCRYPTED_ONLY)


def _message_of(error: ApiError) -> str:
    if error.code == "UNAUTHENTICATED":
        return _WRONG
    if error.code == "RATE_LIMITED":
        seconds = error.headers.get("Retry-After", "60")
        return (
            f"Too many wrong tokens have come from your address. Try again in {seconds} seconds; "
            "a token that was in use within the last hour is let in now."
        )
    return error.message
