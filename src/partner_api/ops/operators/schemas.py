"""Wire types of operators."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from partner_api.api_keys.schemas import SECRET_WARNING
from partner_api.clock import format_milliseconds, format_milliseconds_or_none
from partner_api.edge.identity.scopes import Role
from partner_api.edge.wire.fields import Instant, MillisecondsText, OperatorIdText
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id
from partner_api.operators import store
from partner_api.operators.schemas import MAX_NAME_CHARACTERS


class NewOperator(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A person or a worker to let in."""

    name: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=MAX_NAME_CHARACTERS,
            description="Unique; audit rows name it.",
            extra=VISIBLE,
        ),
    ]
    role: Annotated[Role, Meta(description="What the operator may do.")]
    expires_at: Annotated[
        Instant | None, Meta(description="When the token stops working; in the future.")
    ] = None


class OperatorsQuery(Struct, frozen=True, rename="camel"):
    """The page of operators to show."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Operators on a page.")] = 25
    cursor: Cursor | None = None


class Operator(Struct, frozen=True, rename="camel", kw_only=True):
    """An operator, without the token."""

    id: OperatorIdText
    name: str
    role: Role
    prefix: Annotated[
        str,
        Meta(
            description="The part of the token that may be shown.",
            examples=["lpo_01HX9Y6K7EJ4T2QZ"],
        ),
    ]
    created_at: MillisecondsText
    expires_at: MillisecondsText | None
    rotated_at: MillisecondsText | None
    revoked_at: MillisecondsText | None


class OperatorWithToken(Struct, frozen=True, rename="camel"):
    """An operator with a new token, which is shown this once."""

    operator: Operator
    secret: Annotated[str, Meta(description="The whole token, as a bearer token.")]
    warning: str


def operator_of(operator: store.Operator) -> Operator:
    """Return an operator in its wire form."""
    return Operator(
        id=format_id("opr", operator.id),
        name=operator.name,
        role=operator.role,
        prefix=f"lpo_{operator.keyid}",
        created_at=format_milliseconds(operator.created_at),
        expires_at=format_milliseconds_or_none(operator.expires_at),
        rotated_at=format_milliseconds_or_none(operator.rotated_at),
        revoked_at=format_milliseconds_or_none(operator.revoked_at),
    )


def operator_with_token_of(operator: store.Operator, token: str) -> OperatorWithToken:
    """Return an operator in its wire form, with its new token."""
    return OperatorWithToken(operator_of(operator), token, SECRET_WARNING)
