"""What a key can ask about itself."""

from __future__ import annotations

from litestar import Router

from partner_api.api_keys.schemas import WhoAmI, who_am_i
from partner_api.edge.request import ApiRequest
from partner_api.edge.routing import read
from partner_api.edge.scopes import ANY_KEY
from partner_api.errors import not_found


@read("/v1/whoami", access=ANY_KEY, tag="API keys")
async def read_whoami(request: ApiRequest) -> WhoAmI:
    """Read your key.

    Whose it is, what it may do, and its organization's balance.

    With `X-Layers-Organization`, the organization is the child that the key acts for.
    """
    caller = request.caller
    wallet = await request.services.wallets.read(caller.tenant_id, caller.organization_id)
    if wallet is None:
        raise not_found()
    return who_am_i(caller, wallet["included_remaining"] + wallet["prepaid"])


router = Router("", route_handlers=[read_whoami])
