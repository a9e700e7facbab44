"""Creating operators, rotating their tokens and revoking them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.records import OPERATOR_TENANT
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.credentials import mint_operator_token
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import OperatorId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import ApiError, Issue, invalid, not_found
from partner_api.ids import format_id, new_uuid7
from partner_api.operators import store
from partner_api.operators.access import require_authority, require_operator
from partner_api.ops.operators.schemas import (
    NewOperator,
    Operator,
    OperatorsQuery,
    OperatorWithToken,
    operator_of,
    operator_with_token_of,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Operator: operators")


@routes.write(
    "POST",
    "/ops/v1/operators",
    sdk="operators.create",
    access=requires_role("admin"),
    runs=Runs.TRANSACTION,
    status=201,
    errors=["CONFLICT"],
    secret_answer=True,
)
async def create_operator(
    request: ApiRequest, body: NewOperator, connection: Connection
) -> OperatorWithToken:
    """Create an operator.

    The name of an operator who is not revoked is 409: audit rows tell operators apart by it.
    """
    if body.expires_at is not None and body.expires_at <= request.now:
        raise invalid([Issue("expiresAt", "Expected a time in the future")])
    await require_authority(request, connection)
    token = mint_operator_token()
    try:
        async with connection.transaction():
            operator = await store.insert_operator(
                connection,
                request.now,
                operator_id=new_uuid7(request.now),
                credential=token,
                secret_keys=request.services.secret_keys,
                name=body.name,
                role=body.role,
                expires_at=body.expires_at,
                demo=request.operator.demo,
            )
    except asyncpg.UniqueViolationError:
        raise ApiError(
            "CONFLICT",
            "An operator has this name. Choose another, or rotate that operator's token.",
            {"name": body.name},
        ) from None
    await _audit(request, connection, "operator.created", operator)
    return operator_with_token_of(operator, token.text)


@routes.read("/ops/v1/operators", sdk="operators.list", access=requires_role("admin"))
async def list_operators(request: ApiRequest, query: OperatorsQuery) -> Page[Operator]:
    """List operators.

    Newest first, those who were revoked included.
    """
    async with request.connection() as connection:
        operators = await store.list_operators(
            connection, before=read_cursor(request, UUID), limit=query.limit + 1
        )
    return page(request, query, operators, item=operator_of, position=lambda operator: operator.id)


@routes.read(
    "/ops/v1/operators/{operatorId}",
    sdk="operators.retrieve",
    access=requires_role("admin"),
    errors=["NOT_FOUND"],
)
async def read_operator(request: ApiRequest, operator_id: OperatorId) -> Operator:
    """Retrieve an operator.

    Without the token, of which nothing but a hash is kept.
    """
    async with request.connection() as connection:
        operator = await store.find_operator(connection, operator_id)
    if operator is None:
        raise not_found()
    return operator_of(operator)


@routes.write(
    "POST",
    "/ops/v1/operators/{operatorId}/rotate",
    sdk="operators.rotate",
    access=requires_role("admin"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND", "CONFLICT"],
    secret_answer=True,
)
async def rotate_operator(
    request: ApiRequest, operator_id: OperatorId, connection: Connection
) -> OperatorWithToken:
    """Rotate an operator's token.

    The old token stops working at once. A revoked operator is 409. Whoever rotates their own token cannot
    ask again if the answer is lost: the retry is 401, whatever its Idempotency-Key. Another admin
    can rotate it, and `layers ops bootstrap --recover` helps where there is none.
    """
    operator = await require_operator(request, connection, operator_id)
    if operator.revoked_at is not None:
        raise ApiError("CONFLICT", details={"status": "revoked"})
    token = mint_operator_token()
    operator = await store.replace_token(
        connection,
        request.now,
        operator_id=operator_id,
        credential=token,
        secret_keys=request.services.secret_keys,
        demo=request.operator.demo,
    )
    await _audit(request, connection, "operator.rotated", operator)
    return operator_with_token_of(operator, token.text)


@routes.write(
    "POST",
    "/ops/v1/operators/{operatorId}/revoke",
    sdk="operators.revoke",
    access=requires_role("admin"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def revoke_operator(
    request: ApiRequest, operator_id: OperatorId, connection: Connection
) -> Operator:
    """Revoke an operator.

    From the next request on the token gets 401, for ever. The last operator with the role `admin`
    stays: 409.
    """
    operator = await require_operator(request, connection, operator_id)
    if operator.revoked_at is None:
        if operator.role == "admin" and not await store.has_another_admin(
            connection,
            operator_id,
            # Not when the request came: it may have waited for the others who manage operators.
            request.services.clock.now(),
            development=request.services.settings.development,
        ):
            raise ApiError(
                "CONFLICT",
                "This is the last operator who can manage operators. Create another one first.",
                {"role": "admin"},
            )
        operator = await store.revoke(connection, operator_id, request.now)
        await _audit(request, connection, "operator.revoked", operator)
    return operator_of(operator)


async def _audit(
    request: ApiRequest, connection: Connection, event_type: str, operator: store.Operator
) -> None:
    await write_audit(
        connection,
        request.now,
        OPERATOR_TENANT,
        None,
        event_type,
        audit_argument(request),
        details={
            "operatorId": format_id("opr", operator.id),
            "name": operator.name,
            "role": operator.role,
        },
    )
