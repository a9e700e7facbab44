"""The parts of the OpenAPI document that do not depend on the routes."""

from __future__ import annotations

from typing import Any, Final, get_args

from msgspec import Struct

from partner_api.edge.identity.scopes import Scope
from partner_api.edge.wire.error_content import ErrorContent
from partner_api.errors import Code

Json = dict[str, Any]

REQUEST_ID: Final = "req_01K0EMRPVYF88W1S7F6X9MPQ0R"
DESCRIPTION: Final = """\
An API for platforms that sell through partners: child organizations, prepaid credit wallets with
reservations, and leased social accounts.

Send `Authorization: Bearer <key>` with every request. Every answer carries `X-Request-Id`, and
every error has the same shape; act on `error.code`, not on the message. Times are RFC 3339 in UTC.
Credits are integers, and money is integer US cents. A write can be repeated safely with the same
`Idempotency-Key`: for 24 hours it returns the first answer again and has no second effect.
"""


class ErrorAnswer(Struct, frozen=True):
    """The shape of every error."""

    error: ErrorContent


# Examples of the details of a code, where they are always the same.
DETAILS: Final[dict[Code, Json]] = {
    "FORBIDDEN_SCOPE": {"requiredScope": "org:admin"},
    "METHOD_NOT_ALLOWED": {"allow": ["GET", "HEAD"]},
    "VALIDATION": {"issues": [{"path": "limit", "message": "Expected a whole number <= 100"}]},
    "BILLING_EXHAUSTED": {"reason": "insufficient_credits", "required": 120, "available": 50},
    "RATE_LIMITED": {"limit": "read-light"},
    "KILL_SWITCH": {"scope": "key"},
}

COMPONENTS: Final[Json] = {
    "securitySchemes": {
        "partnerKey": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key, `lp_live_…` or `lp_test_…`. Scopes: "
            + ", ".join(f"`{scope}`" for scope in get_args(Scope))
            + "; `*` stands for all of them but `org:admin`.",
        },
        "operatorToken": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of the company that runs this server, `lpo_…`.",
        },
    },
    "headers": {
        "RequestId": {
            "description": "Names the request; quote it when you ask for help.",
            "schema": {"type": "string", "examples": [REQUEST_ID]},
        },
        "Replayed": {
            "description": "`true` when this is the stored answer to an earlier request.",
            "schema": {"type": "string", "enum": ["true"]},
        },
    },
}
