"""What an operator asks for with a key is recorded with the operators, wherever the tenant is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.tenants import NOON, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import Actor, Idempotency
from partner_api.edge.idempotency.records import OPERATOR_TENANT

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

# Spread over the nodes of a cluster, some of them lie elsewhere than the operators.
_TENANTS = 8


async def test_a_posting_is_recorded_with_the_operators_and_done_once(
    connection: Connection,
) -> None:
    for _ in range(_TENANTS):
        partner = await make_partner(connection)
        operator = uuid4()
        record = Idempotency(OPERATOR_TENANT, operator, "POST", "/credits", "k1", b"request")
        posting = credit.CreditPosting(
            partner.organization_id,
            "grant",
            50,
            None,
            None,
            {},
            Actor("operator", None, operator, None, None),
            record,
        )

        outcomes = [
            outcome
            for _ in range(2)
            for outcome in await credit.post(connection, partner.tenant_id, NOON, [posting])
        ]

        assert [outcome.status for outcome in outcomes] == ["done", "replayed"]
        assert outcomes[0].facts == outcomes[1].facts
        events = await connection.fetchval(
            "SELECT count(*) FROM credit_events WHERE tenant_id = $1", partner.tenant_id
        )
        assert events == 1
