"""What PostgreSQL says of itself, as the server's role may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from partner_api.database.rows import read_returned

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


class VitalSigns(Struct, frozen=True):
    """The state of the database's server; of a cluster, that of its coordinator."""

    database_bytes: int
    wal_position_bytes: int
    """How much has ever been written to the write-ahead log."""
    wal_kept_bytes: int
    """How much of it is kept for the replication slot that is furthest behind."""
    is_archiving_failing: bool
    """Whether the last attempt to archive a piece of it failed."""
    sessions: int
    most_sessions: int
    lock_waits: int
    """How many sessions of this database wait for a lock."""
    longest_lock_wait_seconds: float


async def read_vital_signs(connection: Connection) -> VitalSigns:
    """Read them. It looks at no table but for its files' sizes, and takes some milliseconds."""
    row = await connection.fetchrow(
        """
        SELECT pg_database_size(current_database()) AS database_bytes,
               CASE WHEN pg_is_in_recovery() THEN 0
                    ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') END::bigint AS wal_position_bytes,
               CASE WHEN pg_is_in_recovery() THEN 0
                    ELSE (SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), 0)
                            FROM pg_replication_slots) END::bigint AS wal_kept_bytes,
               (SELECT last_failed_time IS NOT NULL
                       AND (last_archived_time IS NULL OR last_failed_time > last_archived_time)
                  FROM pg_stat_archiver) AS is_archiving_failing,
               (SELECT coalesce(sum(numbackends), 0) FROM pg_stat_database)::bigint AS sessions,
               current_setting('max_connections')::bigint AS most_sessions,
               waits.number AS lock_waits, waits.longest_seconds AS longest_lock_wait_seconds
          FROM (SELECT count(DISTINCT l.pid) AS number,
                       coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart)), 0)::float8 AS longest_seconds
                  FROM pg_locks l
                  JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database()
                 WHERE NOT l.granted) waits
        """
    )
    return read_returned(VitalSigns, row)
