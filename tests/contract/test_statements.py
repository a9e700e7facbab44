"""What requests send to the database, as it arrives there: each statement names its tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.contract.named_ids import Ids
from tests.contract.route_table import KEY_ROUTES, OPERATOR_ROUTES
from tests.contract.test_isolation import ask
from tests.database.statements import names_tenants, statements_in_python
from tests.support.installation import EVERYTHING, handle, now
from tests.support.statements import recorded

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

# How a wallet is looked up that does not come with the key.
_WALLET_ALONE = "asked (tenant_id, organization_id, parent_id, position)"
# It would move the time of everything in this database.
NOT_ASKED = {"POST /ops/v1/clock"}


@pytest_asyncio.fixture(scope="module")
async def tenant_tables(installation: Installation) -> set[str]:
    rows = await installation.owner.fetch(
        """
        SELECT table_name FROM information_schema.columns
         WHERE table_schema = 'public' AND column_name = 'tenant_id'
        """
    )
    return {row["table_name"] for row in rows}


@pytest.mark.parametrize("name", sorted({*KEY_ROUTES, *OPERATOR_ROUTES} - NOT_ASKED))
async def test_every_statement_of_a_request_names_its_tenant(
    local_api: httpx2.AsyncClient, installation: Installation, tenant_tables: set[str], name: str
) -> None:
    family = await installation.family(prepaid=1000, cash_cents=20_000)
    await installation.lease(family.child, handle(), at=now())
    if name in OPERATOR_ROUTES:
        headers = await installation.operator("admin")
        asked = family.partner
        key_id = family.partner_key.key_id
    else:
        headers = (await installation.key(family.partner, *EVERYTHING)).headers
        asked = family.child if "{orgId}" in name else family.partner
        key_id = family.child_key.key_id if "{orgId}" in name else family.partner_key.key_id
    ids = Ids(asked.organization_id, family.partner.project_id, key_id)
    with recorded() as statements:
        response = await ask(local_api, name, ids, headers)
    assert response.status_code < 500, response.text
    assert len(statements) > 0
    if name.startswith("GET /v1/"):
        assert not any(_WALLET_ALONE in one for one in statements), "it does not declare `wallet`"
    nameless = [one for one in statements if not names_tenants(one, tenant_tables)]
    crossing = [one for one in statements_in_python() if one.is_marked]
    assert [one for one in nameless if not any(known.fits(one) for known in crossing)] == []
