"""``layers ops``: the operator's work from a shell, through the operator's API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from partner_api.clock import format_milliseconds, parse_timestamp
from partner_api.commands import ops_jobs, ops_leasing, ops_pool
from partner_api.commands.environment import settings_from_environment
from partner_api.commands.operator_client import (
    JsonOption,
    KeyOption,
    OperatorClient,
    print_json,
    print_list,
)
from partner_api.months import add_months

# Of one walk of the rehearsal clock; far beyond, there is no calendar.
_MOST_MONTHS = 1_200
_MOST_DAYS = 36_525

app = typer.Typer(help="Run the platform: partners, credits, cash, accounts.", no_args_is_help=True)
partners = typer.Typer(help="Partners and their children.", no_args_is_help=True)
keys = typer.Typer(help="A partner's API keys.", no_args_is_help=True)
credit = typer.Typer(help="Credit wallets.", no_args_is_help=True)
cash = typer.Typer(help="Cash wallets of partners, in US cents.", no_args_is_help=True)
operators = typer.Typer(help="Who may use these commands.", no_args_is_help=True)
clock = typer.Typer(help="The rehearsal clock, in development mode.", no_args_is_help=True)
for group, name in (
    (partners, "partners"),
    (keys, "keys"),
    (credit, "credits"),
    (cash, "cash"),
    (ops_pool.app, "pool"),
    (ops_leasing.requests, "requests"),
    (ops_leasing.leases, "leases"),
    (operators, "operators"),
    (clock, "clock"),
    (ops_jobs.app, "jobs"),
):
    app.add_typer(group, name=name)
app.command("renewals")(ops_leasing.show_renewals)

OrganizationOption = Annotated[str, typer.Argument(metavar="ORG", help="org_… or its bare UUID.")]
DescriptionOption = Annotated[str | None, typer.Option(help="Why; the partner can read it.")]
NeededDescription = Annotated[str, typer.Option(help="Why; the partner can read it.")]


@app.command("reconciliation")
def show_reconciliation(
    organization: Annotated[
        str | None, typer.Option(help="Check this organization now instead.")
    ] = None,
) -> None:
    """Show the last full check of the books. Status 1 when they do not agree."""
    result = OperatorClient().get("/reconciliation", organizationId=organization)
    print_json(result)
    if result["mismatchesFound"]:
        raise typer.Exit(1)


@app.command("bootstrap")
def bootstrap(
    name: Annotated[str, typer.Option(help="Whose token it is.")] = "first",
) -> None:
    """Make the first operator's token, with the role admin. Only while there is no operator."""
    from partner_api.operators.bootstrap import bootstrap_operator
    from partner_api.processes.serve import available_database
    from partner_api.startup import load_secret_keys, prepare_database, run_with_database

    settings = settings_from_environment()
    with available_database(settings) as location:
        secret_keys = load_secret_keys(settings)
        run_with_database(
            prepare_database(
                settings, location, secret_keys, migrate_first=settings.database_url is None
            )
        )
        token = run_with_database(
            bootstrap_operator(location.application_url, secret_keys, name=name)
        )
    typer.echo("Store this token now: it is shown once. Use it as LAYERS_OPERATOR_TOKEN.", err=True)
    typer.echo(token)


@partners.command("create")
def create_partner(
    name: str,
    billing_email: Annotated[str | None, typer.Option(help="Where invoices go.")] = None,
    tier: Annotated[
        str, typer.Option(help="standard, pilot, partner, sandbox or internal.")
    ] = "standard",
    idempotency_key: KeyOption = None,
) -> None:
    """Onboard a partner, with a live and a test environment."""
    body = {"name": name, "billingEmail": billing_email, "rateLimitTier": tier}
    print_json(OperatorClient().write("POST", "/organizations", body, idempotency_key))


@partners.command("list")
def list_partners(
    search: Annotated[str | None, typer.Option(help="A part of the name.")] = None,
    parent: Annotated[str | None, typer.Option(help="Only the children of this partner.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List organizations, newest first."""
    client = OperatorClient()
    rows = client.pages("/organizations", search=search, parentOrganizationId=parent)
    print_list(("id", "name", "status", "parentOrganizationId", "createdAt"), rows, as_json=as_json)


@partners.command("show")
def show_partner(organization: OrganizationOption) -> None:
    """Show an organization with its wallets and counts."""
    print_json(OperatorClient().get(f"/organizations/{organization}"))


@partners.command("subscribe")
def set_subscription(
    organization: OrganizationOption,
    tier: Annotated[str, typer.Option(help="free, starter, pro, scale or enterprise.")],
    included_credits: Annotated[int, typer.Option(help="Granted each period.")],
    billing_status: Annotated[str, typer.Option(help="active, past_due or canceled.")] = "active",
    started_at: Annotated[
        str | None, typer.Option(help="Day that periods begin on, 2026-06-01T00:00:00Z.")
    ] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Set the subscription of a partner or a child."""
    body = {
        "tier": tier,
        "includedCredits": included_credits,
        "billingStatus": billing_status,
        "startedAt": started_at,
    }
    path = f"/organizations/{organization}/subscription"
    print_json(OperatorClient().write("PUT", path, body, idempotency_key))


@keys.command("create")
def create_key(
    organization: OrganizationOption,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help="May be repeated; * is all but org:admin.")],
    env: Annotated[str, typer.Option(help="live or test.")] = "live",
    idempotency_key: KeyOption = None,
) -> None:
    """Mint a partner's key. Its secret is printed once."""
    body = {"name": name, "scopes": scope, "env": env}
    path = f"/organizations/{organization}/api-keys"
    print_json(OperatorClient().write("POST", path, body, idempotency_key))


@keys.command("list")
def list_keys(organization: OrganizationOption, as_json: JsonOption = False) -> None:
    """List a partner's keys, newest first."""
    rows = OperatorClient().pages(f"/organizations/{organization}/api-keys")
    columns = ("id", "prefix", "name", "env", "scopes", "status", "createdAt")
    print_list(columns, rows, as_json=as_json)


@keys.command("unkill")
def unkill_key(
    organization: OrganizationOption, key: Annotated[str, typer.Argument(help="key_…")]
) -> None:
    """Bring a partner's killed key back."""
    path = f"/organizations/{organization}/api-keys/{key}/unkill"
    print_json(OperatorClient().write("POST", path, {}))


@partners.command("suspend")
def suspend_partner(organization: OrganizationOption) -> None:
    """Stop all keys of a partner and its children, or of one child, at once."""
    path = f"/organizations/{organization}"
    print_json(OperatorClient().write("PATCH", path, {"status": "suspended"}))


@partners.command("resume")
def resume_partner(organization: OrganizationOption) -> None:
    """Let a suspended partner or child go on."""
    path = f"/organizations/{organization}"
    print_json(OperatorClient().write("PATCH", path, {"status": "active"}))


@partners.command("tier")
def set_tier(
    organization: OrganizationOption,
    tier: Annotated[str, typer.Argument(help="standard, pilot, partner, sandbox or internal.")],
) -> None:
    """Set the rate limits of a partner and its children."""
    path = f"/organizations/{organization}"
    print_json(OperatorClient().write("PATCH", path, {"rateLimitTier": tier}))


@operators.command("create")
def create_operator(
    name: str,
    role: Annotated[str, typer.Option(help="viewer, worker, finance, operator or admin.")],
    expires_at: Annotated[str | None, typer.Option(help="2027-01-01T00:00:00Z.")] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Let an operator in. The token is printed once."""
    body = {"name": name, "role": role, "expiresAt": expires_at}
    print_json(OperatorClient().write("POST", "/operators", body, idempotency_key))


@operators.command("list")
def list_operators(as_json: JsonOption = False) -> None:
    """List operators, newest first."""
    rows = OperatorClient().pages("/operators")
    columns = ("id", "name", "role", "prefix", "expiresAt", "revokedAt")
    print_list(columns, rows, as_json=as_json)


@operators.command("rotate")
def rotate_operator(operator: Annotated[str, typer.Argument(help="opr_…")]) -> None:
    """Give an operator a new token. The old one is dead at once."""
    print_json(OperatorClient().write("POST", f"/operators/{operator}/rotate", {}))


@operators.command("revoke")
def revoke_operator(operator: Annotated[str, typer.Argument(help="opr_…")]) -> None:
    """Revoke an operator's token, for ever."""
    print_json(OperatorClient().write("POST", f"/operators/{operator}/revoke", {}))


@credit.command("grant")
def grant(
    organization: OrganizationOption,
    credits: Annotated[int, typer.Argument(help="How many.")],
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Give credits."""
    body = {"credits": credits, "description": description}
    _post_credits(organization, "grant", body, idempotency_key)


@credit.command("purchase")
def purchase(
    organization: OrganizationOption,
    credits: Annotated[int, typer.Argument(help="How many.")],
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Record credits that were bought."""
    body = {"credits": credits, "description": description}
    _post_credits(organization, "purchase", body, idempotency_key)


@credit.command("adjust", context_settings={"ignore_unknown_options": True})
def adjust(
    organization: OrganizationOption,
    credits: Annotated[int, typer.Argument(help="How many; negative takes them.")],
    description: NeededDescription,
    idempotency_key: KeyOption = None,
) -> None:
    """Correct prepaid credits, up or down."""
    body = {"credits": credits, "description": description}
    _post_credits(organization, "adjustment", body, idempotency_key)


@credit.command("refund")
def refund(
    organization: OrganizationOption,
    job: Annotated[str, typer.Argument(help="job_…, charged to this organization.")],
    credits: Annotated[int, typer.Argument(help="How many.")],
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Give back credits that a job was charged."""
    body = {"jobId": job, "credits": credits, "description": description}
    _post_credits(organization, "refund", body, idempotency_key)


@cash.command("topup")
def topup(
    organization: OrganizationOption,
    cents: Annotated[int, typer.Argument(help="US cents.")],
    description: NeededDescription,
    reference: Annotated[str | None, typer.Option(help="Of the payment.")] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Record money that a partner has paid in."""
    body = {"amountCents": cents, "description": description, "reference": reference}
    path = f"/organizations/{organization}/cash/topup"
    print_json(OperatorClient().write("POST", path, body, idempotency_key))


@cash.command("adjust", context_settings={"ignore_unknown_options": True})
def adjust_cash(
    organization: OrganizationOption,
    cents: Annotated[int, typer.Argument(help="US cents; negative takes them.")],
    description: NeededDescription,
    reference: Annotated[str | None, typer.Option(help="Of the payment.")] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Correct a partner's cash wallet, up or down."""
    body = {"amountCents": cents, "description": description, "reference": reference}
    path = f"/organizations/{organization}/cash/adjustment"
    print_json(OperatorClient().write("POST", path, body, idempotency_key))


@cash.command("refund")
def refund_cash(
    organization: OrganizationOption,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="sa_…, the leased account.")],
    month: Annotated[int, typer.Argument(help="Of the lease; 0 is the first.", min=0)],
    cents: Annotated[int, typer.Argument(help="US cents.")],
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Give back what a month of a lease was charged."""
    body = {
        "socialAccountId": account,
        "leaseMonth": month,
        "amountCents": cents,
        "description": description,
    }
    path = f"/organizations/{organization}/cash/refund"
    print_json(OperatorClient().write("POST", path, body, idempotency_key))


@clock.command("show")
def show_clock() -> None:
    """Show the installation's time, and how far it is ahead of the real one."""
    print_json(OperatorClient().get("/clock"))


@clock.command("advance")
def advance_clock(
    to: Annotated[str | None, typer.Option(help="An instant, 2027-01-01T00:00:00Z.")] = None,
    months: Annotated[
        int | None, typer.Option(help="So many months on.", min=1, max=_MOST_MONTHS)
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="So many days on.", min=1, max=_MOST_DAYS)
    ] = None,
) -> None:
    """Move the time of the whole installation forward, and watch what becomes due being done.

    Only in development mode. Time never goes back: keep a copy of the data folder if you want it.
    """
    client = OperatorClient()
    now = parse_timestamp(client.get("/clock")["now"])
    target = _target(now, to, months, days)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console()
    ) as progress:
        total = (target - now).total_seconds()
        task = progress.add_task(f"{now:%Y-%m-%d}", total=total)
        answer: Any = None
        for step in _steps(now, target):
            body = {"advanceTo": format_milliseconds(step)}
            answer = client.write("POST", "/clock", body)
            progress.update(
                task, completed=(step - now).total_seconds(), description=f"{step:%Y-%m-%d}"
            )
    print_json(answer)


def _target(now: datetime, to: str | None, months: int | None, days: int | None) -> datetime:
    if (to is not None) + (months is not None) + (days is not None) != 1:
        raise typer.BadParameter("Give one of --to, --months and --days.")
    if to is not None:
        try:
            target = parse_timestamp(to)
        except ValueError as error:
            raise typer.BadParameter(f"{error}.", param_hint="--to") from None
        if target <= now:
            raise typer.BadParameter(
                f"It is {format_milliseconds(now)} already; time only goes forward.",
                param_hint="--to",
            )
        if target > add_months(now, _MOST_MONTHS):
            raise typer.BadParameter("Expected a time at most 100 years ahead.", param_hint="--to")
        return target
    return add_months(now, months) if months is not None else now + timedelta(days=days or 0)


def _steps(now: datetime, target: datetime) -> Iterator[datetime]:
    """Cut a way into months, so that each request is short and progress shows."""
    month = 1
    while (step := add_months(now, month)) < target:
        yield step
        month += 1
    yield target


def _post_credits(
    organization: str, kind: str, body: dict[str, Any], idempotency_key: str | None
) -> None:
    path = f"/organizations/{organization}/credits/{kind}"
    print_json(OperatorClient().write("POST", path, body, idempotency_key))
