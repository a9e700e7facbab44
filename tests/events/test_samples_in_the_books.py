"""A sample pretends what has not happened: a check of the books knows that, and finds what nobody pretended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec import to_builtins
from tests.support.answers import granted
from tests.support.installation import now

from partner_api.events.store import write_event
from partner_api.events.type_schemas import EVENT_TYPES
from partner_api.ids import format_id
from partner_api.reconciliation.rules import Mismatch, Rule, Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from tests.support.installation import Family
    from tests.support.quiet import Quiet
    from tests.support.tenants import Wallet

SAMPLED = sorted(set(EVENT_TYPES) - {"test.ping"})
# Those that the books can be asked about: what they tell of is found by what they name.
CHECKED = {
    *("job.completed", "job.failed", "job.canceled", "content.generated"),
    *("lease_request.assigned", "lease_request.rejected", "social_account.connected"),
    *("leased_account.renewed", "leased_account.past_due", "leased_account.disconnected"),
    *("credits.allocated", "organization.archived"),
}


async def mismatches(quiet: Quiet, wallet: Wallet) -> list[Mismatch]:
    """What a check of the tenant's books finds."""
    async with quiet.installation.pool.acquire() as connection:
        return (await reconcile(connection, now(), Scope(wallet.tenant_id))).mismatches


async def test_samples_are_no_mistakes(quiet: Quiet, quiet_family: Family) -> None:
    partner = await quiet.installation.test_tenant(quiet_family.partner)
    key = await quiet.installation.key(partner, "webhooks:write", env="test")
    for event_type in SAMPLED:
        body: dict[str, Any] = {"type": event_type}
        granted(
            await quiet.api.post("/v1/events/samples", json=body, headers=key.headers), status=201
        )
    assert await mismatches(quiet, partner) == []


@pytest.mark.parametrize("event_type", SAMPLED)
async def test_the_same_that_nobody_pretended_is_one(
    quiet: Quiet, quiet_family: Family, event_type: str
) -> None:
    partner = quiet_family.partner
    async with quiet.installation.pool.acquire() as connection:
        event_id = await write_event(
            connection,
            partner.tenant_id,
            now(),
            partner.organization_id,
            event_type,
            to_builtins(EVENT_TYPES[event_type].example),
        )
    found = await mismatches(quiet, partner)
    if event_type in CHECKED:
        (mismatch,) = found
        assert mismatch.rule == Rule.TOLD
        assert event_type in mismatch.subject
    else:
        assert found == [], format_id("evt", event_id)
