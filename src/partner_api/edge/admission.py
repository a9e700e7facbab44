"""Letting a caller in: the key or token, then how often it may ask; and what is noted of refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.edge.authentication import KeyRejected
from partner_api.edge.connections.registry import mark_known
from partner_api.edge.rate_limits import RateLimitExceeded
from partner_api.errors import ApiError

if TYPE_CHECKING:
    from partner_api.audit.recorder import RefusalType
    from partner_api.edge.authentication import Caller, OperatorCaller
    from partner_api.edge.rate_limits import EndpointClass
    from partner_api.edge.request import ApiRequest

_UNKNOWN_ADDRESS = "unknown"


async def admit_key(request: ApiRequest, endpoint_class: EndpointClass) -> Caller:
    """Authenticate an API key and count the request.

    Raises:
        ApiError: UNAUTHENTICATED, KILL_SWITCH, RATE_LIMITED.
    """
    services = request.services
    try:
        caller = await services.authenticator.api_key(request.authorization, request.now)
    except KeyRejected as rejected:
        services.recorder.note_refusal(
            rejected.tenant_id,
            rejected.organization_id,
            rejected.api_key_id,
            "auth.key_rejected",
            request.now,
        )
        if rejected.code == "UNAUTHENTICATED":
            await services.rate_limits.count_failed_authentication(_address(request))
        raise
    except ApiError:
        await services.rate_limits.count_failed_authentication(_address(request))
        raise
    mark_known(request.scope)
    try:
        request.exchange.bucket = await services.rate_limits.admit(caller, endpoint_class)
    except RateLimitExceeded as exceeded:
        request.exchange.bucket = exceeded.bucket
        note_refusal(request, caller, "auth.rate_limited")
        raise
    services.recorder.note_use(caller.tenant_id, caller.api_key_id, request.now)
    return caller


async def admit_operator(request: ApiRequest) -> OperatorCaller:
    """Authenticate an operator's token.

    Raises:
        ApiError: UNAUTHENTICATED, RATE_LIMITED after many failures from one address.
    """
    try:
        operator = await request.services.authenticator.operator(request.authorization, request.now)
    except ApiError:
        await request.services.rate_limits.count_failed_authentication(_address(request))
        raise
    mark_known(request.scope)
    return operator


def note_refusal(request: ApiRequest, caller: Caller, event_type: RefusalType) -> None:
    """Leave a trace of a refusal in the audit log of the key's organization."""
    request.services.recorder.note_refusal(
        caller.tenant_id, caller.organization_id, caller.api_key_id, event_type, request.now
    )


def _address(request: ApiRequest) -> str:
    """Give the address at the other end of the connection; a proxy in front counts as one."""
    client = request.scope.get("client")
    return client[0] if client else _UNKNOWN_ADDRESS
