"""A request for a page of the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.console.visit import Visit
from partner_api.edge.identity.scopes import ORG_ADMIN

if TYPE_CHECKING:
    from partner_api.edge.identity.authentication import Caller
    from partner_api.edge.in_process import Calls
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.portal_sessions.store import KnownPortalSession


class PortalVisit(Visit):
    """What the handlers of its pages get.

    Args:
        request: as it came.
        caller: as whom the API is asked: the organization, with the scopes that the session has.
        calls: the API.
        known: the session.
    """

    def __init__(
        self, request: ApiRequest, caller: Caller, calls: Calls, known: KnownPortalSession
    ) -> None:
        super().__init__(request, caller, calls, known.organization_name)
        self.known = known
        self._session_caller = caller

    def as_admin(self) -> PortalVisit:
        """Return the visit as the key that asked for a partner's session, which has `org:admin`.

        The session itself does not: that scope also changes children. Pages read the children's names with it.
        """
        scopes = self._session_caller.scopes | {ORG_ADMIN}
        caller = msgspec.structs.replace(self._session_caller, scopes=scopes)
        return PortalVisit(self.request, caller, self._calls, self.known)

    @property
    def is_childs(self) -> bool:
        """Whether the organization belongs to a partner, who then pays for its leases."""
        return self.known.parent_id is not None
