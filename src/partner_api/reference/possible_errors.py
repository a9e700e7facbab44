"""Which errors a route can answer, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.edge.wire.fields import PublicId
from partner_api.errors import KINDS, Code

if TYPE_CHECKING:
    from partner_api.edge.route import Route

_NOT_READ = "The body is not JSON, or did not arrive whole."
_NO_BODY = "The route takes no body but `{}`, and there was one, or it did not arrive whole."


class PossibleError(msgspec.Struct, frozen=True):
    """A code that a route can answer; ``when`` is Markdown."""

    status: int
    code: Code
    when: str


def errors_of(route: Route) -> list[Code]:
    """List every code that a route can answer: those it names, and those that follow from it."""
    codes: set[Code] = {*route.declared.errors, "INTERNAL"}
    if route.declared.access.kind == "public":
        return _in_order(codes)
    codes |= {
        "UNAUTHENTICATED",
        "FORBIDDEN_SCOPE",
        "RATE_LIMITED",
        "UNAVAILABLE",
        "PAYLOAD_TOO_LARGE",
    }
    if route.declared.access.kind == "key":
        # Also the errors of the header for acting inside a child.
        codes |= {"KILL_SWITCH", "VALIDATION", "NOT_FOUND"}
    for parameter in route.path:
        is_id = isinstance(parameter.type, type) and issubclass(parameter.type, PublicId)
        codes.add("VALIDATION" if is_id and parameter.type.invalid_when_malformed else "NOT_FOUND")
    if route.query is not None:
        codes.add("VALIDATION")
    if route.writes:
        codes |= {
            "VALIDATION",
            "REQUEST_TIMEOUT",
            "IDEMPOTENCY_CONFLICT",
            "IDEMPOTENCY_IN_PROGRESS",
        }
    if route.declared.idempotency_required:
        codes.add("IDEMPOTENCY_REQUIRED")
    return _in_order(codes)


def possible_errors(route: Route) -> list[PossibleError]:
    """List what a route can answer but its success, in the order of the table of codes."""
    return [
        PossibleError(status, code, _when(code, status, route))
        for code in errors_of(route)
        for status in _statuses(code, route)
    ]


def _statuses(code: Code, route: Route) -> list[int]:
    statuses = [KINDS[code].status]
    if code == "VALIDATION" and route.writes:
        statuses.append(400)
    return statuses


def _when(code: Code, status: int, route: Route) -> str:
    if status == 400 and code == "VALIDATION":
        return _NO_BODY if route.body is None and route.declared.uploads is None else _NOT_READ
    if code == "PAYLOAD_TOO_LARGE" and route.declared.uploads is not None:
        return f"The file is larger than {route.declared.uploads.max_bytes:,} bytes."
    if code in route.declared.shown.when:
        return route.declared.shown.when[code]
    access = route.declared.access
    if code == "FORBIDDEN_SCOPE" and access.scope is not None:
        return f"The key lacks the scope `{access.scope}`."
    if code == "FORBIDDEN_SCOPE" and access.role is not None:
        return f"The operator has neither the role `{access.role}` nor one that includes it."
    ids = [f"`{parameter.wire_name}`" for parameter in route.path]
    if code == "NOT_FOUND" and ids and access.kind == "key":
        return (
            f"{' or '.join(ids)} does not exist, or this key cannot see it; the two look the same."
        )
    if code == "NOT_FOUND" and ids:
        return f"{' or '.join(ids)} names nothing that exists."
    return KINDS[code].when


def _in_order(codes: set[Code]) -> list[Code]:
    return [code for code in KINDS if code in codes]
