"""Acting for a child: by path or by the header ``X-Layers-Organization``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec.structs import replace

from partner_api.database.lookups import Lookup
from partner_api.edge.batching import Batcher
from partner_api.edge.identity.authentication import Caller, killed
from partner_api.errors import not_found

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Pool

OrganizationStatus = Literal["active", "suspended", "archived"]
_ORDER: dict[OrganizationStatus, int] = {"active": 0, "suspended": 1, "archived": 2}

_CHILDREN = Lookup(
    """
SELECT o.name, o.status
  FROM {asked}
  LEFT JOIN organizations o
    ON o.tenant_id = asked.tenant_id AND o.id = asked.id AND o.parent_id = asked.parent_id
 ORDER BY asked.position
""",
    tenant_id="bigint",
    parent_id="uuid",
    id="uuid",
)


class Child(msgspec.Struct, frozen=True):
    """A direct child of the caller's organization, as far as the edge needs to know it."""

    organization_id: UUID
    name: str
    status: OrganizationStatus


class Children:
    """Finds the children that a partner may act for."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._children: Batcher[tuple[int, UUID, UUID], Any] = Batcher(self._find)

    async def find(self, caller: Caller, child_id: UUID) -> Child:
        """Look a direct child of the caller's organization up, in one round trip.

        Raises:
            ApiError: NOT_FOUND, the same whether it exists elsewhere or not at all.
        """
        row = await self._children.get((caller.tenant_id, caller.organization_id, child_id))
        if row["status"] is None:
            raise not_found()
        return Child(child_id, row["name"], row["status"])

    async def act_for(
        self, caller: Caller, child_id: UUID, allowed_through_status: OrganizationStatus
    ) -> Caller:
        """Give the caller that a partner's key is when it acts inside a child.

        The key stays the partner's, and so do the scopes and the tier.

        Raises:
            ApiError: NOT_FOUND when it is not a direct child; KILL_SWITCH when its status does not
                allow what the route does.
        """
        child = await self.find(caller, child_id)
        check_status(child.status, allowed_through_status)
        return replace(
            caller,
            organization_id=child.organization_id,
            organization_name=child.name,
            parent_organization_id=caller.organization_id,
        )

    async def _find(self, keys: list[tuple[int, UUID, UUID]]) -> list[Any]:
        return await _CHILDREN.fetch(self._pool, keys)


def check_status(status: OrganizationStatus, allowed_through_status: OrganizationStatus) -> None:
    """Let a parent go on with a child in this status, or refuse.

    Args:
        status: what the child is.
        allowed_through_status: the last of active, suspended, archived in which the route still works.

    Raises:
        ApiError: KILL_SWITCH.
    """
    if _ORDER[status] > _ORDER[allowed_through_status]:
        raise killed("organization")
