"""Social accounts of a customer's own, which no route creates yet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.ids import format_id, new_uuid7

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.installation import Installation
    from tests.support.tenants import Wallet


async def own_account(
    installation: Installation, wallet: Wallet, *, at: datetime, status: str = "connected"
) -> str:
    """Connect an account that nobody leases; its id."""
    account_id = new_uuid7(at)
    await installation.owner.execute(
        "INSERT INTO social_accounts (tenant_id, id, project_id, platform, handle, avatar_url, "
        "followers, status, leased, connected_at, token_expires_at) "
        "VALUES ($1, $2, $3, 'tiktok', $4, 'https://example.com/a.png', 5, $5, false, $6, $7)",
        wallet.tenant_id,
        account_id,
        wallet.project_id,
        "own.account",
        status,
        at,
        at + timedelta(days=60),
    )
    return format_id("sa", account_id)
