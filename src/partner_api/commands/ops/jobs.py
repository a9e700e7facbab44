"""``layers ops jobs``: what waits, what runs where, what failed and why."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import (
    JobArgument,
    JsonOption,
    LimitOption,
    OfOrganization,
    filled,
)
from partner_api.commands.ops.requesting import change, show
from partner_api.commands.repeating import KeyOption
from partner_api.commands.terminal import print_items

app = typer.Typer(help="Jobs of all partners.", no_args_is_help=True)


@app.command("list")
def list_jobs(
    status: Annotated[
        str | None,
        typer.Option(help="running, completed, failed or canceled.", parser=filled),
    ] = None,
    organization: OfOrganization = None,
    content_format: Annotated[
        str | None, typer.Option("--format", help="Such as slideshow_builder.", parser=filled)
    ] = None,
    worker: Annotated[
        str | None, typer.Option(help="That this worker has, or had last.", parser=filled)
    ] = None,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only those that wait for a worker, longest first.")
    ] = False,
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    """List jobs, newest first. Those that run and have no worker are waiting for one."""
    rows = OperatorClient().all(
        lambda layers: layers.jobs.list(
            status=given(status),
            organization_id=given(organization),
            format=given(content_format),
            worker_id=given(worker),
            claimed=given(False if waiting else None),
            limit=PAGE,
        )
    )
    shown = (
        {**row, "error": row["lastError"] and row["lastError"]["code"]}
        for row in islice(rows, limit)
    )
    print_items(
        (
            "id",
            "organizationId",
            "format",
            "status",
            "stage",
            "progress",
            "attempt",
            "workerId",
            "error",
            "startedAt",
        ),
        shown,
        as_json=as_json,
    )


@app.command("show")
def show_job(job: JobArgument) -> None:
    """Show a job: who works on it, and why its last try failed."""
    show(lambda layers: layers.jobs.retrieve(job))


@app.command("history")
def show_history(job: JobArgument) -> None:
    """Show who started a job, which workers took it and how that ended."""
    show(lambda layers: layers.jobs.retrieve_history(job))


@app.command("content")
def show_content(job: JobArgument) -> None:
    """Show what a job was given, and the files that it has made."""
    show(lambda layers: layers.jobs.retrieve_content(job))


@app.command("retry")
def retry_job(job: JobArgument, idempotency_key: KeyOption = None) -> None:
    """Start a failed or canceled job again, as a new job."""
    change(lambda layers, once: layers.jobs.retry(job, **once), idempotency_key)


@app.command("cancel")
def cancel_job(job: JobArgument, idempotency_key: KeyOption = None) -> None:
    """Cancel a job, as its partner could."""
    change(lambda layers, once: layers.jobs.cancel(job, **once), idempotency_key)
