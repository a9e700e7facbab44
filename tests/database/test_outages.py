"""What is the database's, and what is a mistake of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest
from structlog.testing import capture_logs

from partner_api.database import outages
from partner_api.database.outages import is_lost, is_unavailable, log_unavailable
from partner_api.logs import OncePerMinute

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


@pytest.mark.parametrize(
    ("sqlstate", "unavailable"),
    [
        ("08006", True),  # connection_failure
        ("25006", True),  # read_only_sql_transaction
        ("25P03", True),  # idle_in_transaction_session_timeout
        ("53100", True),  # disk_full
        ("53200", True),  # out_of_memory
        ("53300", True),  # too_many_connections
        ("57014", False),  # query_canceled
        ("57P01", True),  # admin_shutdown
        ("57P02", True),  # crash_shutdown
        ("58000", True),  # system_error
        ("58030", True),  # io_error
        ("23505", False),  # unique_violation
        ("40001", False),  # serialization_failure
        ("40P01", False),  # deadlock_detected
        ("42P01", False),  # undefined_table
        ("P0001", False),  # raise_exception
        ("XX000", False),  # internal_error
    ],
)
async def test_what_postgresql_says_tells_whether_it_can_do_its_work(
    connection: Connection, sqlstate: str, unavailable: bool
) -> None:
    with pytest.raises(asyncpg.PostgresError) as raised:
        await connection.execute(
            f"DO $$ BEGIN RAISE EXCEPTION 'said so' USING ERRCODE = '{sqlstate}'; END $$"
        )
    assert raised.value.sqlstate == sqlstate
    assert is_unavailable(raised.value) is unavailable


# As Citus 14 says it; its own SQLSTATE is that of an internal error.
_COMMIT_LOST = "could not commit transaction for shard 102042 on at least one active node"
_CLOSED = "server closed the connection unexpectedly"
_REMOTE = "connection to the remote node layers@10.0.0.2:5432 failed with the following error: "


@pytest.mark.parametrize(
    ("error", "unavailable", "lost"),
    [
        (asyncpg.InternalServerError(_COMMIT_LOST), True, True),
        (asyncpg.InternalServerError(_CLOSED), True, True),
        (asyncpg.InternalServerError("cache lookup failed for type 5"), False, False),
        (asyncpg.ConnectionFailureError(_REMOTE + "connection not open"), True, True),
        # The statement was not sent.
        (
            asyncpg.ConnectionFailureError(
                _REMOTE
                + "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?"
            ),
            True,
            False,
        ),
    ],
)
def test_what_the_coordinator_of_a_cluster_says_of_a_node(
    error: Exception, unavailable: bool, lost: bool
) -> None:
    assert (is_unavailable(error), is_lost(error)) == (unavailable, lost)


@pytest.mark.parametrize(
    ("error", "unavailable"),
    [
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (asyncpg.ConnectionDoesNotExistError("connection was closed"), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InterfaceError("pool is closing"), True),
        (asyncpg.InterfaceError("the server expects 2 arguments"), False),
        (PermissionError(13, "of a file"), False),
        (OSError(28, "No space left on device"), False),
        (ValueError(), False),
    ],
)
def test_what_the_driver_and_the_system_say(error: Exception, unavailable: bool) -> None:
    assert is_unavailable(error) is unavailable


def test_an_outage_is_logged_once_a_minute_whoever_meets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(outages, "_lines", OncePerMinute(lambda: now))
    with capture_logs() as log:
        log_unavailable(TimeoutError("first"), where="bell")
        for _ in range(5):
            log_unavailable(ConnectionResetError("then"), where="sweep claims", failures=3)
        now = 61.0
        log_unavailable(
            ConnectionResetError("again"), where="POST /v1/projects", request_id="req_1"
        )
    assert log == [
        {
            "event": "database_unavailable",
            "log_level": "warning",
            "where": "bell",
            "reason": "TimeoutError: first",
            "left_out": 0,
        },
        {
            "event": "database_unavailable",
            "log_level": "warning",
            "where": "POST /v1/projects",
            "reason": "ConnectionResetError: again",
            "left_out": 5,
            "request_id": "req_1",
        },
    ]
