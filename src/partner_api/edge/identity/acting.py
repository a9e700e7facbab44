"""Acting for a child: by path or by the header ``X-Layers-Organization``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from partner_api.edge.batching import Batcher
from partner_api.edge.identity import store
from partner_api.edge.identity.authentication import Caller, killed
from partner_api.errors import not_found

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Pool
    from partner_api.edge.identity.subject import Subject
    from partner_api.organizations.store import OrganizationStatus

_ORDER: dict[OrganizationStatus, int] = {"active": 0, "suspended": 1, "archived": 2}


class Children:
    """Finds the children that a partner may act for."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._children: Batcher[tuple[int, UUID, UUID], store.Child | None] = Batcher(
            self._find, apart=lambda asked: asked[0], name="children"
        )

    async def find(self, caller: Caller, child_id: UUID) -> store.Child:
        """Look a direct child of the caller's organization up, in one round trip.

        Raises:
            ApiError: NOT_FOUND, the same whether it exists elsewhere or not at all.
        """
        child = await self._children.get((caller.tenant_id, caller.organization_id, child_id))
        if child is None:
            raise not_found()
        return child

    async def act_for(
        self,
        caller: Caller,
        child_id: UUID,
        allowed_through_status: OrganizationStatus,
        subject: Subject | None = None,
    ) -> Caller:
        """Return the caller that a partner's key is when it acts inside a child.

        The key stays the partner's, and so do the scopes and the tier. A child that was read together with the
        caller's key, as ``subject``, is not looked up again.

        Raises:
            ApiError: NOT_FOUND when it is not a direct child; KILL_SWITCH when its status does not
                allow what the route does.
        """
        child = subject.child if subject is not None else None
        if child is None or child.id != child_id:
            child = await self.find(caller, child_id)
        check_status(child.status, allowed_through_status)
        return replace(
            caller,
            organization_id=child.id,
            organization_name=child.name,
            parent_organization_id=caller.organization_id,
        )

    async def _find(self, keys: list[tuple[int, UUID, UUID]]) -> list[store.Child | None]:
        return await store.find_children(self._pool, keys)


def check_status(status: OrganizationStatus, allowed_through_status: OrganizationStatus) -> None:
    """Check that a parent may go on with a child in this status.

    Args:
        status: what the child is.
        allowed_through_status: the last of active, suspended, archived in which the route still works.

    Raises:
        ApiError: KILL_SWITCH.
    """
    if _ORDER[status] > _ORDER[allowed_through_status]:
        raise killed("organization")
