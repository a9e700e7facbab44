"""How many deliveries are in hand at a time, so that one endpoint, or one partner, leaves room for the others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.webhooks.sending_store import ClaimedDelivery

K = TypeVar("K")

IN_FLIGHT: Final = 64
"""Most deliveries in hand of one process."""
PER_ENDPOINT: Final = 4
"""Most of them to one endpoint."""
PER_TENANT: Final = 16
"""Most of them of one tenant."""


class Slots:
    """The deliveries in hand of one process: from their claim until what became of them is in the database."""

    def __init__(self) -> None:
        self.of_tenants: Counter[int] = Counter()
        """How many of each tenant; a tenant without any is not in it."""
        self.of_endpoints: Counter[UUID] = Counter()
        """How many to each endpoint; an endpoint without any is not in it."""

    @property
    def taken(self) -> int:
        """How many there are."""
        return self.of_tenants.total()

    @property
    def free(self) -> int:
        """How many more there may be."""
        return IN_FLIGHT - self.taken

    def take(self, delivery: ClaimedDelivery) -> None:
        """Note that a delivery was claimed."""
        self.of_tenants[delivery.tenant_id] += 1
        self.of_endpoints[delivery.endpoint_id] += 1

    def give_back(self, delivery: ClaimedDelivery) -> None:
        """Note that a delivery is in hand no more: it was reported, or given up."""
        _subtract(self.of_tenants, delivery.tenant_id)
        _subtract(self.of_endpoints, delivery.endpoint_id)


def _subtract(counts: Counter[K], key: K) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
