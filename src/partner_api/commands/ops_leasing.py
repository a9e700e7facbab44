"""``layers ops requests``, ``leases`` and ``renewals``: the operator's side of leasing."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

import typer

from partner_api.commands.operator_client import (
    JsonOption,
    KeyOption,
    OperatorClient,
    print_json,
    print_list,
)

requests = typer.Typer(help="What partners ask for, and your answers.", no_args_is_help=True)
leases = typer.Typer(help="Accounts that are leased to partners.", no_args_is_help=True)

RequestArgument = Annotated[str, typer.Argument(metavar="REQUEST", help="lreq_…")]
AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="sa_… or its bare UUID.")]
OfOrganization = Annotated[
    str | None, typer.Option("--organization", help="Only of this organization's projects.")
]

_REQUEST_COLUMNS = (
    "id",
    "organizationId",
    "projectId",
    "status",
    "count",
    "vertical",
    "language",
    "geo",
    "submittedAt",
)
_LEASE_COLUMNS = (
    "socialAccountId",
    "organizationId",
    "handle",
    "status",
    "billingStatus",
    "pastDueSince",
    "nextRenewalAt",
    "monthlyPriceCents",
)
_RENEWAL_COLUMNS = (
    "organizationId",
    "name",
    "count",
    "totalCents",
    "pastDueCents",
    "balanceCents",
    "shortfallCents",
    "coveredUntil",
)
_DRY_RUN_COLUMNS = ("organizationId", "socialAccountId", "outcome", "monthsPaid", "paidCents")
_MOST_CANDIDATES_OF_A_PAGE = 100
_PARTNERS_OF_A_DRY_RUN = 10


@requests.command("list")
def list_requests(
    status: Annotated[
        str | None, typer.Option(help="requested (the default), assigned, partial or rejected.")
    ] = None,
    organization: OfOrganization = None,
    as_json: JsonOption = False,
) -> None:
    """List the queue, oldest first."""
    rows = OperatorClient().pages("/lease-requests", status=status, organizationId=organization)
    if not as_json:
        rows = ({**row["niche"], **row} for row in rows)
    print_list(_REQUEST_COLUMNS, rows, as_json=as_json)


@requests.command("show")
def show_request(request: RequestArgument) -> None:
    """Show a request with all that the partner wrote."""
    print_json(OperatorClient().get(f"/lease-requests/{request}"))


@requests.command("candidates")
def show_candidates(
    request: RequestArgument,
    limit: Annotated[int, typer.Option(help="How many.", min=1)] = 25,
    as_json: JsonOption = False,
) -> None:
    """Show the available accounts that fit a request best, and why."""
    pages = OperatorClient().pages(
        f"/lease-requests/{request}/candidates", page_size=min(limit, _MOST_CANDIDATES_OF_A_PAGE)
    )
    rows: Any = islice(pages, limit)
    if not as_json:
        rows = (
            {**row, "reasons": [f"{each['points']} {each['text']}" for each in row["reasons"]]}
            for row in rows
        )
    columns = ("id", "handle", "score", "monthlyPriceCents", "reasons")
    print_list(columns, rows, as_json=as_json)


@requests.command("fulfil")
def fulfil_request(
    request: RequestArgument,
    accounts: Annotated[list[str], typer.Argument(metavar="ACCOUNT...", help="pool_…, each once.")],
    note: Annotated[str | None, typer.Option(help="For the partner.")] = None,
    price_cents: Annotated[
        int | None, typer.Option(help="US cents a month for each, instead of the pool's price.")
    ] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Assign accounts, and charge their first month. Fewer than asked for make it partial."""
    body = {"poolAccountIds": accounts, "note": note, "monthlyPriceCents": price_cents}
    path = f"/lease-requests/{request}/fulfil"
    print_json(OperatorClient().write("POST", path, body, idempotency_key))


@requests.command("reject")
def reject_request(
    request: RequestArgument,
    note: Annotated[str, typer.Option(help="Why; the partner reads it.")],
    idempotency_key: KeyOption = None,
) -> None:
    """Answer that there are no accounts, for ever."""
    path = f"/lease-requests/{request}/reject"
    print_json(OperatorClient().write("POST", path, {"note": note}, idempotency_key))


@leases.command("list")
def list_leases(
    status: Annotated[str | None, typer.Option(help="assigned or disconnected.")] = None,
    billing_status: Annotated[str | None, typer.Option(help="current or past_due.")] = None,
    due_before: Annotated[
        str | None, typer.Option(help="Oldest unpaid month begins before 2027-01-01T00:00:00Z.")
    ] = None,
    organization: OfOrganization = None,
    as_json: JsonOption = False,
) -> None:
    """List leases, newest first."""
    rows = OperatorClient().pages(
        "/leases",
        status=status,
        billingStatus=billing_status,
        dueBefore=due_before,
        organizationId=organization,
    )
    print_list(_LEASE_COLUMNS, rows, as_json=as_json)


@leases.command("price")
def set_price(
    account: AccountArgument,
    cents: Annotated[int, typer.Argument(help="US cents a month.")],
    idempotency_key: KeyOption = None,
) -> None:
    """Set what a lease costs from its next renewal on."""
    body = {"monthlyPriceCents": cents}
    print_json(OperatorClient().write("PATCH", f"/leases/{account}", body, idempotency_key))


@leases.command("recall")
def recall_lease(
    account: AccountArgument,
    note: Annotated[str | None, typer.Option(help="Why; kept on the lease.")] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Take an account back, now. Nothing is charged for it any more."""
    path = f"/leases/{account}/recall"
    print_json(OperatorClient().write("POST", path, {"note": note}, idempotency_key))


def show_renewals(
    until: Annotated[
        str | None, typer.Option(help="2027-01-01T00:00:00Z; 30 days ahead without it.")
    ] = None,
    organization: Annotated[str | None, typer.Option(help="Only of this partner.")] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show what would become of each lease: now, or with --until day by day until then.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what renewals will take from each partner, and whose wallet does not reach."""
    client = OperatorClient()
    if not dry_run:
        rows = client.pages("/renewals", until=until, organizationId=organization)
        print_list(_RENEWAL_COLUMNS, rows, as_json=as_json)
        return
    partners = client.pages(
        "/renewals/dry-run",
        page_size=_PARTNERS_OF_A_DRY_RUN,
        until=until,
        organizationId=organization,
    )
    if as_json:
        print_json(list(partners))
        return
    rows = (lease for partner in partners for lease in partner["leases"])
    print_list(_DRY_RUN_COLUMNS, rows, as_json=False)
