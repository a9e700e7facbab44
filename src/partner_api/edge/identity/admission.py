"""Letting a caller in: the key or token, then how often it may ask; and what is noted of refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from partner_api.edge.connections.registry import address_of, mark_known
from partner_api.edge.identity.authentication import (
    Caller,
    KeyRejected,
    OperatorCaller,
    bearer_token,
)
from partner_api.edge.identity.credentials import (
    ApiKeyCredential,
    OperatorCredential,
    PortalCredential,
    SessionCredential,
    SignInLinkCredential,
    parse_api_key,
    parse_operator_token,
    parse_portal,
    parse_session,
    parse_sign_in_link,
)
from partner_api.edge.identity.portal import PortalVisitor, find_visitor
from partner_api.edge.limits.rate_limits import RateLimitExceeded
from partner_api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Literal

    from partner_api.edge.identity.authentication import Admitted, OperatorSession
    from partner_api.edge.identity.recorder import RefusalType
    from partner_api.edge.identity.subject import SubjectLookup
    from partner_api.edge.limits.rate_limits import EndpointClass
    from partner_api.edge.request.api_request import ApiRequest

T = TypeVar("T")
C = TypeVar(
    "C",
    ApiKeyCredential,
    OperatorCredential,
    SessionCredential,
    SignInLinkCredential,
    PortalCredential,
)
_UNKNOWN_ADDRESS = "unknown"


class _Over(Exception):
    """It was good once: no failure of its address, and nothing that lets anybody in."""


class _VisitOver(_Over):
    """The same of the portal, with what is known of the session."""

    def __init__(self, visitor: PortalVisitor) -> None:
        super().__init__()
        self.visitor = visitor


async def admit_key(
    request: ApiRequest, endpoint_class: EndpointClass, subject: SubjectLookup | None
) -> Caller:
    """Authenticate an API key and count the request, which gets what was read with the key.

    Raises:
        ApiError: UNAUTHENTICATED, KILL_SWITCH, RATE_LIMITED.
    """
    services = request.services
    if isinstance(request.admitted, Caller):
        caller = request.admitted
        await _count_request(request, caller, endpoint_class)
        return caller

    async def look_up(credential: ApiKeyCredential) -> Admitted:
        try:
            return await services.authenticator.api_key(credential, request.now, subject)
        except KeyRejected as rejected:
            services.recorder.note_refusal(
                rejected.tenant_id,
                rejected.organization_id,
                rejected.api_key_id,
                "auth.key_rejected",
                request.now,
            )
            raise

    token = bearer_token(request.authorization)
    caller, request.subject = await _authenticate(request, parse_api_key(token), look_up)
    await _count_request(request, caller, endpoint_class)
    services.recorder.note_use(caller.tenant_id, caller.api_key_id, request.now)
    return caller


async def admit_operator(request: ApiRequest) -> OperatorCaller:
    """Authenticate an operator's token, unless a session has let the operator in.

    Raises:
        ApiError: UNAUTHENTICATED, RATE_LIMITED after many failures from one address.
    """
    if isinstance(request.admitted, OperatorCaller):
        return request.admitted
    return await admit_operator_token(request, bearer_token(request.authorization))


async def admit_operator_token(request: ApiRequest, token: str) -> OperatorCaller:
    """Authenticate an operator by a token that came in any part of the request; see ``admit_operator``."""

    async def look_up(credential: OperatorCredential) -> OperatorCaller:
        return await request.services.authenticator.operator(credential, request.now)

    return await _authenticate(request, parse_operator_token(token), look_up)


async def admit_session(request: ApiRequest, cookie: str) -> OperatorSession | None:
    """Return the session of an operator's browser; None when it has ended.

    Raises:
        ApiError: UNAUTHENTICATED for what was never one, RATE_LIMITED after many of those from one address.
    """

    async def look_up(credential: SessionCredential) -> OperatorSession:
        found = await request.services.authenticator.session(credential, request.now)
        if found is None:
            raise _Over
        return found

    try:
        return await _authenticate(request, parse_session(cookie), look_up)
    except _Over:
        return None


async def admit_sign_in_link(request: ApiRequest, text: str) -> OperatorCaller | None:
    """Return the operator whom a one-time link signs in; None when it was used or is over.

    Raises:
        ApiError: UNAUTHENTICATED for what was never one, RATE_LIMITED after many of those from one address.
    """

    async def look_up(credential: SignInLinkCredential) -> OperatorCaller:
        found = await request.services.authenticator.sign_in_link(credential, request.now)
        if found is None:
            raise _Over
        return found

    try:
        return await _authenticate(request, parse_sign_in_link(text), look_up)
    except _Over:
        return None


async def admit_portal(
    request: ApiRequest, text: str, kind: Literal["link", "session"]
) -> PortalVisitor:
    """Return who looks at the portal with a link, or with the session that one has opened.

    Raises:
        ApiError: UNAUTHENTICATED for what was never one, RATE_LIMITED after many of those from one address.
    """

    async def look_up(credential: PortalCredential) -> PortalVisitor:
        found = await find_visitor(request.services, credential, request.now)
        if found.caller is None:
            raise _VisitOver(found)
        return found

    try:
        return await _authenticate(request, parse_portal(text, kind), look_up)
    except _VisitOver as over:
        return over.visitor


async def _count_request(
    request: ApiRequest, caller: Caller, endpoint_class: EndpointClass
) -> None:
    try:
        request.exchange.bucket = await request.services.rate_limits.admit(caller, endpoint_class)
    except RateLimitExceeded as exceeded:
        request.exchange.bucket = exceeded.bucket
        note_refusal(request, caller, "auth.rate_limited")
        raise


async def _authenticate(
    request: ApiRequest,
    token: C | None,
    look_up: Callable[[C], Awaitable[T]],
) -> T:
    """Look a token up, unless its address has failed too often for what is no known token.

    A proxy is one address for all who come through it, so one of them who guesses must not lock
    the others out: a token that was good lately is looked up all the same. It is not trusted.

    Args:
        request: the request.
        token: as it was read; None when it has another form.
        look_up: finds out whose it is; its UNAUTHENTICATED is a failure of the address.

    Raises:
        ApiError: UNAUTHENTICATED, RATE_LIMITED, and what ``look_up`` raises.
    """
    limits = request.services.rate_limits
    if token is None:
        await limits.count_failed_authentication(_address(request))
        raise ApiError("UNAUTHENTICATED")
    verified = request.services.authenticator.verified
    if not verified.knows(token):
        await limits.check_failed_authentications(_address(request))
    try:
        caller = await look_up(token)
    except ApiError as error:
        if error.code == "UNAUTHENTICATED":
            verified.forget(token)
            await limits.count_failed_authentication(_address(request))
        raise
    verified.remember(token)
    mark_known(request.scope)
    return caller


def note_refusal(request: ApiRequest, caller: Caller, event_type: RefusalType) -> None:
    """Note a refusal in the audit log of the key's organization."""
    request.services.recorder.note_refusal(
        caller.tenant_id, caller.organization_id, caller.api_key_id, event_type, request.now
    )


def _address(request: ApiRequest) -> str:
    """Return what counts as the client's address; a proxy in front is one, and an IPv6 network."""
    client = request.scope.get("client")
    return address_of(client[0]) if client else _UNKNOWN_ADDRESS
