"""A request for a page of the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.console.visit import Visit

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

    @property
    def is_childs(self) -> bool:
        """Whether the organization belongs to a partner, who then pays for its leases."""
        return self.known.parent_id is not None
