"""Each rule of jobs and their reservations, broken once: exactly that rule is reported, with both numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.reconciliation.breaks import (
    OF_WALLET,
    about,
    append_event,
    found,
    set_reservation,
    wallet_of,
)
from tests.reconciliation.history import drop_constraints, update

from partner_api.ids import format_id
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from tests.reconciliation.history import History

    from partner_api.database.connection import Connection

pytestmark = pytest.mark.usefixtures("pages")


async def test_job_reservation(breaking: Connection, history: History) -> None:
    """A job that ended although its reservation is still open also no longer counts as running."""
    await update(
        breaking,
        """
        UPDATE jobs SET status = 'canceled', finished_at = started_at
         WHERE tenant_id = $1 AND id = $2
        """,
        history.tenant_id,
        history.open_job,
    )
    job = f"job {format_id('job', history.open_job)}"
    assert await found(breaking, history, Rule.JOB_CONTAINER, Rule.JOB_TIMES, Rule.TOLD) == [
        about(history.child, Rule.RUNNING_JOBS, "wallet", 0, 1),
        about(history.child, Rule.JOB_RESERVATION, f"{job} canceled", "released", "open"),
    ]


async def test_job_reservation_of_another_end(breaking: Connection, history: History) -> None:
    await set_reservation(breaking, history, history.released_job, "status", "settled")
    job = f"job {format_id('job', history.released_job)}"
    assert await found(breaking, history) == [
        about(history.child, Rule.JOB_RESERVATION, f"{job} failed", "released", "settled")
    ]


async def test_job_without_reservation(breaking: Connection, history: History) -> None:
    await update(
        breaking,
        "DELETE FROM reservations WHERE tenant_id = $1 AND job_id = $2",
        history.tenant_id,
        history.released_job,
    )
    job = f"job {format_id('job', history.released_job)}"
    assert await found(breaking, history) == [
        about(history.child, Rule.JOB_RESERVATION, f"{job} failed", "released", "none")
    ]


async def test_job_charge(breaking: Connection, history: History) -> None:
    await set_reservation(breaking, history, history.refunded_job, "charged", 79)
    job = f"job {format_id('job', history.refunded_job)}"
    assert await found(breaking, history) == [about(history.child, Rule.JOB_CHARGE, job, 79, 80)]


async def test_job_charged_twice(breaking: Connection, history: History) -> None:
    """A second usage event that the wallet itself agrees with."""
    child = history.child
    wallet = await wallet_of(breaking, child)
    await append_event(breaking, child, "usage", 0, -80, wallet, history.refunded_job)
    await update(
        breaking,
        f"""
        UPDATE wallets SET prepaid = prepaid - 80, used_this_period = used_this_period + 80,
               last_sequence = last_sequence + 1
         WHERE {OF_WALLET}
        """,
        child.tenant_id,
        child.organization_id,
    )
    job = f"job {format_id('job', history.refunded_job)}"
    assert await found(breaking, history, Rule.EVENT_SHAPE) == [
        about(child, Rule.JOB_CHARGE, job, 80, 160)
    ]


async def test_usage_of_a_job_that_reserved_nothing(breaking: Connection, history: History) -> None:
    child, job_id = history.child, uuid4()
    wallet = await wallet_of(breaking, child)
    await append_event(breaking, child, "usage", 0, -5, wallet, job_id)
    await update(
        breaking,
        f"""
        UPDATE wallets SET prepaid = prepaid - 5, used_this_period = used_this_period + 5,
               last_sequence = last_sequence + 1
         WHERE {OF_WALLET}
        """,
        child.tenant_id,
        child.organization_id,
    )
    job = f"job {format_id('job', job_id)}"
    assert await found(breaking, history, Rule.EVENT_SHAPE) == [
        about(child, Rule.JOB_CHARGE, job, 0, 5)
    ]


async def test_job_charge_in_two_events(breaking: Connection, history: History) -> None:
    """The sum is right, but it was taken in two halves: that is not settling once."""
    child = history.child
    wallet = await wallet_of(breaking, child)
    await set_reservation(breaking, history, history.refunded_job, "charged", 81)
    await append_event(breaking, child, "usage", 0, -1, wallet, history.refunded_job)
    await update(
        breaking,
        f"""
        UPDATE wallets SET prepaid = prepaid - 1, used_this_period = used_this_period + 1,
               last_sequence = last_sequence + 1
         WHERE {OF_WALLET}
        """,
        child.tenant_id,
        child.organization_id,
    )
    job = f"job {format_id('job', history.refunded_job)} usage events"
    assert await found(breaking, history, Rule.EVENT_SHAPE) == [
        about(child, Rule.JOB_CHARGE, job, 1, 2)
    ]


async def test_job_refund(breaking: Connection, history: History) -> None:
    await set_reservation(breaking, history, history.refunded_job, "refunded", 31)
    job = f"job {format_id('job', history.refunded_job)}"
    assert await found(breaking, history) == [about(history.child, Rule.JOB_REFUND, job, 31, 30)]


async def test_refund_limit(breaking: Connection, history: History) -> None:
    """Another refund that everything agrees with, but it gives back more than was taken."""
    child = history.child
    await drop_constraints(breaking, "reservations", "c")
    wallet = await wallet_of(breaking, child)
    await set_reservation(breaking, history, history.refunded_job, "refunded", 81)
    await append_event(breaking, child, "refund", 0, 51, wallet, history.refunded_job)
    await update(
        breaking,
        f"""
        UPDATE wallets SET prepaid = prepaid + 51, last_sequence = last_sequence + 1
         WHERE {OF_WALLET}
        """,
        child.tenant_id,
        child.organization_id,
    )
    job = f"job {format_id('job', history.refunded_job)}"
    assert await found(breaking, history, Rule.POSTED) == [
        about(child, Rule.REFUND_LIMIT, job, 80, 81)
    ]
