"""The rehearsal clock, in development mode only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.clock import format_milliseconds
from partner_api.database.connection import open_pool
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.records import OPERATOR_TENANT, RecordedTransaction, stored_reply
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError, Issue, invalid
from partner_api.months import add_months
from partner_api.ops.clock.access import require_development
from partner_api.ops.clock.schemas import ClockAdvance, InstallationClock
from partner_api.rehearsal.advance import LeftLocked, ProductionTimeError, advance
from partner_api.sweeps import locks, open_sweeps

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Connection

routes = Routes("Operator: clock")
_MOST_MONTHS = 24


@routes.read(
    "/ops/v1/clock", sdk="clock.retrieve", access=requires_role("admin"), errors=["NOT_FOUND"]
)
async def read_clock(request: ApiRequest) -> InstallationClock:
    """Read the clock.

    The installation's time. 404 outside development mode.
    """
    require_development(request)
    return _clock_of(request)


@routes.write(
    "POST",
    "/ops/v1/clock",
    sdk="clock.advance",
    access=requires_role("admin"),
    runs=Runs.DEFERRED,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def advance_clock(
    request: ApiRequest, body: ClockAdvance, transaction: RecordedTransaction
) -> Reply[InstallationClock]:
    """Advance the clock.

    Moves the installation's time forward, for every process, and does what becomes due. Answers
    when all of it is done: periods have ended, jobs have expired, each in its turn. 404 outside
    development mode; 409 on a database that a server outside development mode was started on, and
    then nothing is moved; 503 when somebody holds a lock of what is due for long, and then time
    stands at the moment at which that is due.
    """
    require_development(request)
    services = request.services

    async def keep(connection: Connection) -> InstallationClock:
        await write_audit(
            connection,
            services.clock.now(),
            OPERATOR_TENANT,
            None,
            "clock.advanced",
            audit_argument(request),
            details={"advanceTo": format_milliseconds(body.advance_to)},
        )
        return _clock_of(request)

    # One after the other, and without a connection in hand, which others could not have meanwhile.
    async with services.advancing:
        if (stored := await stored_reply(request)) is not None:
            return stored
        _check_target(services.clock.now(), body.advance_to)
        try:
            # Work of sweeps, on a connection such as theirs: it may take long, but waits for no lock for long.
            async with (
                await open_pool(services.database_url, 1, settings=locks.SETTINGS) as pool,
                open_sweeps(services.storage, services.outgoing) as sweeps,
            ):
                await advance(pool, services.clock, sweeps, body.advance_to)
        except ProductionTimeError:
            raise ApiError(
                "CONFLICT",
                "A server without development mode was started on this database, so its time "
                "cannot be moved. Use another database for rehearsals.",
                {"database": "production"},
            ) from None
        except LeftLocked as error:
            raise ApiError(
                "UNAVAILABLE",
                f"Somebody holds locks of rows that are due ({error}), so time stands at "
                f"{format_milliseconds(services.clock.now())}. What was done stays done, and the rest is done when "
                "the locks are free. Then advance the clock again if it stands before your time.",
            ) from None
        return await transaction.run(keep)


def _check_target(now: datetime, target: datetime) -> None:
    """Check that time would go forward, and not too far, after those who moved it before."""
    latest = add_months(now, _MOST_MONTHS)
    if not now < target <= latest:
        raise invalid(
            [
                Issue(
                    "advanceTo",
                    f"Expected a time after {format_milliseconds(now)} "
                    f"and not after {format_milliseconds(latest)}",
                )
            ]
        )


def _clock_of(request: ApiRequest) -> InstallationClock:
    clock = request.services.clock
    return InstallationClock(format_milliseconds(clock.now()), clock.offset_seconds)
