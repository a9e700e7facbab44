"""What can be done to a job, and what that does to credits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import htpy as h
import msgspec

from partner_api.console.components.form import form
from partner_api.console.components.money import confirm_above, written
from partner_api.console.components.text import instant, other, section
from partner_api.ops.jobs import routes as jobs
from partner_api.ops.organizations import routes as organizations

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.jobs.overview_schemas import OpsJob


class _Price(msgspec.Struct, frozen=True):
    """What a retry reserves, and what its wallet has."""

    credits: int
    available: int


async def forms(visit: Visit, job: OpsJob) -> h.Node:
    """Return the form of what can be done to a job; a job that is completed, or about to be canceled, has none."""
    if job.status in ("failed", "canceled") and visit.may(jobs.retry_job):
        return section("Retry", _retry(visit, job, await _price(visit, job)))
    if job.status == "running" and job.cancel_requested_at is None:
        cancel = _cancel(visit, job, await _available(visit, job))
        return section("Cancel", cancel) if cancel is not None else None
    return None


async def confirm_retry(visit: Visit, job: OpsJob) -> None:
    """Ask once more when a retry reserves much.

    Raises:
        Confirmation: it does, and the operator has not been asked.
    """
    price = await _price(visit, job)
    confirm_above(
        visit,
        price.credits,
        "credits",
        f"A new job starts for {job.organization_name}, and its credits are reserved.",
        [("Available", price.available, price.available - price.credits)],
    )


async def _price(visit: Visit, job: OpsJob) -> _Price:
    """Return what a job of this format reserves today: a child has its partner's prices."""
    if job.env == "test":
        return _Price(0, 0)
    owner = await visit.ask(organizations.read_organization, org_id=job.organization_id)
    prices = owner.format_prices
    if owner.parent_organization_id is not None:
        partner = await visit.ask(
            organizations.read_organization, org_id=owner.parent_organization_id
        )
        prices = partner.format_prices
    return _Price(getattr(prices, job.format), owner.credits.available)


def _retry(visit: Visit, job: OpsJob, price: _Price) -> h.Node:
    said: list[h.Node] = [
        "Starts a new job with the same inputs, in the name of ",
        other(job.organization_name),
        "; this one stays as it is. ",
    ]
    if job.env == "test":
        said.append("In the test environment nothing is reserved or charged.")
    else:
        said.append(
            f"It reserves {written(price.credits, 'credits')} and is charged what it costs when it is completed: "
        )
        said.append(
            h.strong[
                f"{price.available:,} → {price.available - price.credits:,} credits available."
            ]
        )
        if price.available < price.credits:
            said.append(" That is not enough, so it will be refused unless the wallet is refilled.")
    return form(
        visit,
        "retry",
        f"/console/jobs/{job.id}/retry",
        [],
        submit="Retry as a new job",
        above=h.p[said],
        does=jobs.retry_job,
    )


async def _available(visit: Visit, job: OpsJob) -> int | None:
    """Return what the wallet that a job holds credits of may spend; None in the test environment."""
    if job.env == "test":
        return None
    whose = await visit.ask(organizations.read_organization, org_id=job.wallet_organization_id)
    return whose.credits.available


def _cancel(visit: Visit, job: OpsJob, available: int | None) -> h.Node:
    freed = (
        f"The {job.reserved_credits:,} credits that it holds are free again, and nothing is charged"
    )
    if job.worker_id is None:
        said: list[h.Node] = [f"No worker has it, so it ends at once. {freed}."]
    else:
        said = [
            f"{freed}, as soon as its worker reports next or its claim ends: at the latest on ",
            instant(job.lease_until),
            ", if the worker stays silent. Whatever it has made by then is thrown away.",
        ]
    if available is not None:
        then = h.strong[f"{available:,} → {available + job.reserved_credits:,} credits available."]
        said += [" ", then]
    return form(
        visit,
        "cancel",
        f"/console/jobs/{job.id}/cancel",
        [],
        submit="Cancel the job",
        tone="danger",
        above=h.p[said],
        does=jobs.cancel_any_job,
    )
