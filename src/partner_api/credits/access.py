"""Finding a wallet, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.credits.store import WalletKey
from partner_api.errors import not_found

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.credits.store import Wallet
    from partner_api.edge.request.api_request import ApiRequest


async def require_wallet(
    request: ApiRequest,
    organization_id: UUID,
    *,
    parent_id: UUID | None = None,
    tenant_id: int | None = None,
) -> Wallet:
    """Read a wallet as of now; the rollovers that are due are written.

    On a route that declares ``wallet``, it usually was read together with the key.

    Args:
        request: the request; it may hold no connection.
        organization_id: whose wallet.
        parent_id: if given, only a direct child of this organization counts.
        tenant_id: of the organization; without it, the caller's.

    Raises:
        ApiError: NOT_FOUND, when there is no such organization.
    """
    if tenant_id is None:
        tenant_id = request.caller.tenant_id
    wallet = _read_with_key(request, WalletKey(tenant_id, organization_id, parent_id))
    if wallet is None:
        wallets = request.services.wallets
        wallet = await wallets.read(tenant_id, organization_id, parent_id=parent_id)
    if wallet is None:
        raise not_found()
    return wallet


def _read_with_key(request: ApiRequest, key: WalletKey) -> Wallet | None:
    """Return the wallet if it was read together with the caller's API key, and has no rollover due."""
    subject = request.subject
    if subject is None or subject.wallet is None or not subject.wallet_key.includes(key):
        return None
    return subject.wallet if subject.wallet.period_end > request.now else None
