"""What always holds of a tenant's credits and of both its ledgers, recomputed from the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import ValidationError
from tests.support.chains import broken_chains
from tests.support.outbox import decoded, told

from partner_api.database.pool import Pool
from partner_api.reconciliation.rules import Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

_VIOLATIONS = """
WITH event AS (
    SELECT e.*,
           row_number() OVER chain AS place,
           included_after - coalesce(lag(included_after) OVER chain, 0) AS included_step,
           prepaid_after - coalesce(lag(prepaid_after) OVER chain, 0) AS prepaid_step,
           created_at < lag(created_at) OVER chain AS falls
      FROM credit_events e WHERE tenant_id = $1
    WINDOW chain AS (PARTITION BY organization_id ORDER BY sequence)
), total AS (
    SELECT w.organization_id, count(e.sequence) AS events,
           coalesce(sum(e.included_delta), 0) AS included, coalesce(sum(e.prepaid_delta), 0) AS prepaid,
           coalesce(-sum(e.included_delta + e.prepaid_delta)
                    FILTER (WHERE e.event_type = 'usage' AND e.created_at >= w.period_start), 0) AS used
      FROM wallets w LEFT JOIN event e USING (tenant_id, organization_id)
     WHERE w.tenant_id = $1
     GROUP BY w.organization_id
), held AS (
    SELECT w.organization_id, coalesce(sum(r.credits), 0) AS reserved, count(r.job_id) AS jobs
      FROM wallets w LEFT JOIN reservations r
        ON r.tenant_id = w.tenant_id AND r.organization_id = w.organization_id AND r.status = 'open'
     WHERE w.tenant_id = $1
     GROUP BY w.organization_id
), transferred AS (
    SELECT t.id, t.credits, count(e.sequence) AS events,
           min(e.prepaid_delta) FILTER (WHERE e.organization_id = t.from_organization_id) AS gave,
           max(e.prepaid_delta) FILTER (WHERE e.organization_id = t.to_organization_id) AS got
      FROM credit_transfers t LEFT JOIN event e ON e.transfer_id = t.id
     WHERE t.tenant_id = $1
     GROUP BY t.id, t.credits
), worked AS (
    SELECT r.job_id, r.status, r.charged, r.refunded, j.status AS job_status,
           coalesce(-sum(e.included_delta + e.prepaid_delta) FILTER (WHERE e.event_type = 'usage'), 0) AS usage,
           count(*) FILTER (WHERE e.event_type = 'usage') AS usages,
           coalesce(sum(e.prepaid_delta) FILTER (WHERE e.event_type = 'refund'), 0) AS refunds
      FROM reservations r
      JOIN jobs j ON j.tenant_id = r.tenant_id AND j.id = r.job_id
      LEFT JOIN event e ON e.job_id = r.job_id AND e.organization_id = r.organization_id
     WHERE r.tenant_id = $1
     GROUP BY r.job_id, r.status, r.charged, r.refunded, j.status
)
SELECT 'included_remaining is not the sum of its events', w.organization_id, w.included_remaining, t.included
  FROM wallets w JOIN total t USING (organization_id)
 WHERE w.tenant_id = $1 AND w.included_remaining <> t.included
UNION ALL
SELECT 'prepaid is not the sum of its events', w.organization_id, w.prepaid, t.prepaid
  FROM wallets w JOIN total t USING (organization_id) WHERE w.tenant_id = $1 AND w.prepaid <> t.prepaid
UNION ALL
SELECT 'used_this_period is not the usage dated in the period', w.organization_id, w.used_this_period, t.used
  FROM wallets w JOIN total t USING (organization_id) WHERE w.tenant_id = $1 AND w.used_this_period <> t.used
UNION ALL
SELECT 'last_sequence is not the number of events', w.organization_id, w.last_sequence, t.events
  FROM wallets w JOIN total t USING (organization_id) WHERE w.tenant_id = $1 AND w.last_sequence <> t.events
UNION ALL
SELECT 'reserved is not the sum of open reservations', w.organization_id, w.reserved, h.reserved
  FROM wallets w JOIN held h USING (organization_id) WHERE w.tenant_id = $1 AND w.reserved <> h.reserved
UNION ALL
SELECT 'reserved exceeds the balance', w.organization_id, w.reserved, w.included_remaining + w.prepaid
  FROM wallets w WHERE w.tenant_id = $1 AND w.reserved > w.included_remaining + w.prepaid
UNION ALL
SELECT 'running_jobs is not the number of open reservations', w.organization_id, w.running_jobs, h.jobs
  FROM wallets w JOIN held h USING (organization_id) WHERE w.tenant_id = $1 AND w.running_jobs <> h.jobs
UNION ALL
SELECT 'an event does not follow from the one before', organization_id, place, sequence
  FROM event WHERE place <> sequence OR included_step <> included_delta OR prepaid_step <> prepaid_delta OR falls
UNION ALL
SELECT 'a transfer is not two rows that cancel out', id, credits, events
  FROM transferred WHERE events <> 2 OR gave IS DISTINCT FROM -credits OR got IS DISTINCT FROM credits
UNION ALL
SELECT 'allocations of a tenant do not sum to zero', NULL, 0, sum(prepaid_delta)
  FROM event WHERE event_type = 'allocation' HAVING sum(prepaid_delta) <> 0
UNION ALL
SELECT 'a job and its reservation disagree (' || job_status || ', ' || status || ')', job_id, 0, 0
  FROM worked
 WHERE status <> CASE job_status WHEN 'running' THEN 'open' WHEN 'completed' THEN 'settled' ELSE 'released' END
UNION ALL
SELECT 'a job was not charged its usage rows', job_id, charged, usage
  FROM worked WHERE charged <> usage OR usages > 1
UNION ALL
SELECT 'a job was not refunded its refund rows', job_id, refunded, refunds FROM worked WHERE refunded <> refunds
"""


async def violations(connection: Connection | Pool, tenant_id: int) -> list[str]:
    """What does not hold in a tenant, in words with both numbers; nothing when its books are right."""
    rows = await connection.fetch(_VIOLATIONS, tenant_id)
    return [
        *(f"{rule}: {subject}, {said} against {found}" for rule, subject, said, found in rows),
        *await broken_chains(connection, tenant_id),
    ]


# Nothing of a tenant is dated later.
_NEWEST = """
SELECT greatest(
    (SELECT max(last_event_at) FROM wallets WHERE tenant_id = $1),
    (SELECT max(last_event_at) FROM cash_wallets WHERE tenant_id = $1),
    (SELECT max(greatest(started_at, claimed_at, finished_at)) FROM jobs WHERE tenant_id = $1),
    (SELECT max(greatest(past_due_since, disconnected_at)) FROM leases WHERE tenant_id = $1),
    (SELECT max(created_at) FROM outbox WHERE tenant_id = $1),
    -- A new price moves no money and is told to nobody.
    (SELECT max(occurred_at) FROM audit_events WHERE tenant_id = $1))
"""


async def mismatches(connection: Connection, tenant_id: int) -> list[str]:
    """What a check of the tenant's books finds, and events that do not say what their type does.

    Nothing after any history that the functions allow.
    """
    now = await connection.fetchval(_NEWEST, tenant_id)
    result = await reconcile(connection, now, Scope(tenant_id))
    return [
        *(
            f"{each.rule}: {each.subject}, expected {each.expected}, found {each.found}"
            for each in result.mismatches
        ),
        *await _misworded(connection, tenant_id),
    ]


async def _misworded(connection: Connection, tenant_id: int) -> list[str]:
    """Events that do not say what their type does."""
    found = []
    for event in await told(connection, tenant_id):
        try:
            decoded(event)
        except (AssertionError, KeyError, ValidationError) as error:
            found.append(f"{event.event_type}: {event.data}, {error!r}")
    return found


async def assert_books_balance(connection: Connection | Pool, tenant_id: int) -> None:
    """Fail with every violation of a tenant's invariants, and with what a check of its books finds."""
    if isinstance(connection, Pool):
        async with connection.acquire() as one:
            await assert_books_balance(one, tenant_id)
        return
    found = await violations(connection, tenant_id) + await mismatches(connection, tenant_id)
    assert not found, "\n".join(found)
