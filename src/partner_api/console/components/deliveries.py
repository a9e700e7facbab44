"""What operators and partners look for among deliveries of webhooks."""

from __future__ import annotations

from typing import Final, get_args

from partner_api.console.components.form import Field
from partner_api.events.feed_schemas import EventName
from partner_api.webhooks.delivery_store import DeliveryStatus

DELIVERY_FILTERS: Final = [
    Field(
        "status",
        "Status",
        "select",
        options=[("", "all"), *((one, one) for one in get_args(DeliveryStatus))],
    ),
    Field(
        "eventType",
        "Event",
        "select",
        options=[("", "all"), *((one, one) for one in get_args(EventName))],
    ),
]
