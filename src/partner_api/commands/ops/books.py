"""``layers ops daily-totals`` and ``layers ops reconciliations``: sums of days, and checks of the books."""

from __future__ import annotations

from itertools import islice

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import JsonOption, LimitOption, OfOrganization
from partner_api.commands.terminal import print_items


def show_daily_totals(
    organization: OfOrganization = None,
    limit: LimitOption = 30,
    as_json: JsonOption = False,
) -> None:
    """Show what was used, bought and paid on each day in UTC, today first.

    Of all partners, or of one with its children. --limit is a number of days.
    """
    rows = OperatorClient().all(
        lambda layers: layers.daily_totals.list(
            organization_id=given(organization), limit=min(limit, PAGE)
        )
    )
    columns = (
        "day",
        "isComplete",
        "creditsUsed",
        "creditsRefunded",
        "creditsPurchased",
        "cashPaidInCents",
        "cashChargedCents",
        "cashRefundedCents",
    )
    print_items(columns, islice(rows, limit), as_json=as_json)


def list_reconciliations(limit: LimitOption = 30, as_json: JsonOption = False) -> None:
    """List full checks of the books, the last one first.

    `layers ops reconciliation` shows what the last one found.
    """
    rows = OperatorClient().all(lambda layers: layers.reconciliations.list(limit=min(limit, PAGE)))
    columns = (
        "id",
        "requestedAt",
        "startedAt",
        "finishedAt",
        "mismatchesFound",
        "walletsChecked",
        "eventsChecked",
    )
    print_items(columns, islice(rows, limit), as_json=as_json)
