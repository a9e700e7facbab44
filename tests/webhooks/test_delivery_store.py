"""How far a page of the deliveries of an endpoint looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.answers import granted
from tests.support.webhooks import add_delivery, add_endpoint

from partner_api.webhooks import delivery_store

if TYPE_CHECKING:
    from tests.support.installation import Family
    from tests.support.quiet import Quiet


@pytest.mark.parametrize(
    "rare", ["status=failed", "eventType=credits.low", "status=failed&eventType=credits.low"]
)
async def test_a_page_looks_at_some_deliveries_and_goes_on_behind_them(
    quiet: Quiet, quiet_family: Family, monkeypatch: pytest.MonkeyPatch, rare: str
) -> None:
    """However few of them are what was asked for."""
    monkeypatch.setattr(delivery_store, "LOOKED_AT", 3)
    partner = quiet_family.partner
    endpoint = await add_endpoint(quiet.installation, partner)
    made = []
    for number in range(8):
        status, event_type = (
            ("failed", "credits.low") if number in (0, 6) else ("delivered", "job.completed")
        )
        made.append(
            await add_delivery(quiet.installation, partner, endpoint, status, event_type=event_type)
        )
    path = f"/v1/webhook-endpoints/{endpoint}/deliveries?{rare}"
    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        behind = f"&cursor={cursor}" if cursor else ""
        answer = await quiet.api.get(path + behind, headers=quiet_family.partner_key.headers)
        page = granted(answer)
        pages.append([item["id"] for item in page["items"]])
        cursor = page["nextCursor"]
    assert pages == [[str(made[6])], [], [str(made[0])]]


async def test_pages_with_more_than_fits_go_on_behind_the_last_item(
    quiet: Quiet, quiet_family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_store, "LOOKED_AT", 4)
    partner = quiet_family.partner
    endpoint = await add_endpoint(quiet.installation, partner)
    made = sorted([await add_delivery(quiet.installation, partner, endpoint) for _ in range(7)])
    for statuses in (["delivered"], None):
        found = []
        before = None
        async with quiet.installation.pool.acquire() as connection:
            for _ in made:
                page = await delivery_store.list_deliveries(
                    connection,
                    partner.tenant_id,
                    endpoint,
                    organization_id=None,
                    event_types=None,
                    statuses=statuses,
                    before=before,
                    limit=2,
                )
                assert len(page.deliveries) <= 2
                found += [delivery.id for delivery in page.deliveries]
                before = page.position
                if before is None:
                    break
        assert found == made[::-1]
        assert before is None
