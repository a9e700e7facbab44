"""SQL that compares what is told with what has happened: the outbox, the audit log, answers kept for repetitions.

One tenant each. What has happened to leases and to requests is compared in one statement, which reads them and the
outbox once; it may sort more than fits into memory, and then does that on disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from partner_api.database.comparing import compare, differences
from partner_api.database.rows import stream_rows
from partner_api.reconciliation.event_store import NOT_PRETENDED
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class News(msgspec.Struct, frozen=True):
    """What the outbox tells of a lease or a request that has not happened, or not then, or the reverse."""

    organization_id: UUID | None
    subject: str
    """The public id of a social account or a request."""
    event_type: str
    lease_month: str | None
    expected: int
    """How often it is to be told; ``found``, how often it is."""
    found: int
    since: datetime | None
    """The time of the state; ``created_at``, that of the event."""
    created_at: datetime | None


class Posting(msgspec.Struct, frozen=True):
    """What an operator posted by the audit log and is not on the ledger so, or the reverse."""

    organization_id: UUID | None
    event_id: str
    event_type: str
    """As the audit log names it."""
    expected: str | None
    """The amount in the audit log, None where there is none; ``found``, that on the ledger."""
    found: str | None


class Answer(msgspec.Struct, frozen=True):
    """What an answer kept for a repetition tells of a job or a transfer that is not so."""

    organization_id: UUID | None
    id: UUID
    is_of_job: bool
    """Whether it is of a job, not of a transfer."""
    rule: str
    what: str
    expected: Any
    found: Any


# What has happened, as the outbox would tell it, with the time of it as the state has it, to the second or better. Of a
# month that is not past due any more no state says whether it ever was: its event may be there or not.
_HAPPENED = """
SELECT p.organization_id, s.*
  FROM (SELECT l.project_id, 'sa_' || l.social_account_id AS subject, e.*
          FROM leases l
         CROSS JOIN LATERAL (
               SELECT 'social_account.connected' AS event_type, NULL::integer AS lease_month, l.assigned_at AS since
               UNION ALL
               SELECT 'leased_account.disconnected', NULL, l.disconnected_at WHERE l.status = 'disconnected'
               UNION ALL
               SELECT 'leased_account.past_due', l.next_month, l.past_due_since
                WHERE l.billing_status = 'past_due') e
         WHERE l.tenant_id = $1 AND e.since > $2::timestamptz - interval '1 hour'
         UNION ALL
        SELECT l.project_id, 'sa_' || c.social_account_id, e.*
          FROM lease_charges c
          JOIN leases l ON l.tenant_id = $1 AND l.social_account_id = c.social_account_id
         CROSS JOIN LATERAL (
               SELECT 'leased_account.renewed' AS event_type, c.lease_month, c.settled_at WHERE c.status = 'paid'
               UNION ALL
               SELECT 'leased_account.past_due', c.lease_month, NULL) e
         WHERE c.tenant_id = $1 AND c.lease_month > 0 AND c.settled_at > $2::timestamptz - interval '1 hour'
         UNION ALL
        SELECT project_id, lease_request_public_id(id),
               CASE status WHEN 'rejected' THEN 'lease_request.rejected' ELSE 'lease_request.assigned' END,
               NULL, answered_at
          FROM lease_requests
         WHERE tenant_id = $1 AND answered_at > $2::timestamptz - interval '1 hour') s
  LEFT JOIN LATERAL (
       SELECT organization_id FROM projects WHERE tenant_id = $1 AND id = s.project_id LIMIT 1) p ON true
"""
_TOLD = f"""
SELECT coalesce(data ->> 'id', data ->> 'socialAccountId', '') AS subject, event_type,
       CASE WHEN event_type IN ('leased_account.renewed', 'leased_account.past_due')
            THEN data ->> 'leaseMonth' END AS lease_month,
       count(*) AS times, max(created_at) AS created_at, min(organization_id::text) AS organization_id
  FROM outbox o
 WHERE tenant_id = $1 AND created_at > $2
   AND event_type IN ('social_account.connected', 'leased_account.disconnected', 'leased_account.past_due',
                      'leased_account.renewed', 'lease_request.assigned', 'lease_request.rejected')
   AND {NOT_PRETENDED}
 GROUP BY 1, 2, 3
"""
_WRONG_NEWS = f"""
SELECT coalesce(h.organization_id, o.organization_id::uuid) AS organization_id,
       coalesce(h.subject, o.subject) AS subject, coalesce(h.event_type, o.event_type) AS event_type,
       coalesce(h.lease_month::text, o.lease_month) AS lease_month,
       (h.subject IS NOT NULL)::integer AS expected, coalesce(o.times, 0) AS found, h.since, o.created_at
  FROM ({_HAPPENED}) h
  FULL JOIN ({_TOLD}) o
    ON o.subject = h.subject AND o.event_type = h.event_type
   AND coalesce(o.lease_month, '') = coalesce(h.lease_month::text, '')
 WHERE h.subject IS NULL OR o.times <> 1
    OR (o.times IS NULL AND h.since > $2::timestamptz + interval '1 hour')
    -- Times of leases and requests are cut to seconds.
    OR date_trunc('second', h.since) <> date_trunc('second', o.created_at)
"""
# a what the audit log says was posted, e what the ledgers have. The one remembers 90 days, and is written with the time
# at which a request arrived; the other has the time at which it acted, which is no earlier.
_WRONG_POSTINGS = """
SELECT coalesce(a.organization_id, e.organization_id) AS organization_id, coalesce(a.event_id, e.event_id) AS event_id,
       coalesce(a.event_type, e.audited_as) AS event_type, a.amount AS expected,
       CASE WHEN a.event_type IS NULL OR a.event_type = e.audited_as THEN e.amount END AS found
  FROM (SELECT organization_id, details ->> 'eventId' AS event_id, event_type,
               coalesce(details ->> 'credits', details ->> 'amountCents') AS amount
          FROM audit_events
         WHERE tenant_id = $1 AND occurred_at > $2
           AND event_type IN ('credits.granted', 'credits.purchased', 'credits.adjusted', 'credits.refunded',
                              'cash.topped_up', 'cash.adjusted', 'cash.refunded')) a
  FULL JOIN (
       SELECT o.id AS organization_id, p.*
         FROM organizations o
        CROSS JOIN LATERAL (
              SELECT c.event_id::text, c.prepaid_delta::text AS amount, c.created_at,
                     c.metadata ->> 'reason' IS NOT DISTINCT FROM 'fictitious' AS of_the_sandbox, t.audited_as
                FROM (VALUES ('grant', 'credits.granted'), ('purchase', 'credits.purchased'),
                             ('adjustment', 'credits.adjusted'), ('refund', 'credits.refunded')
                     ) t (event_type, audited_as)
               -- One type at a time, by its index: most events are usage.
               CROSS JOIN LATERAL (
                     SELECT * FROM credit_events
                      WHERE tenant_id = $1 AND organization_id = o.id AND event_type = t.event_type
                     OFFSET 0) c
               WHERE c.included_delta = 0 AND c.created_at > $2
               UNION ALL
              SELECT event_id::text, amount_cents::text, created_at, false,
                     CASE event_type WHEN 'topup' THEN 'cash.topped_up' WHEN 'refund' THEN 'cash.refunded'
                                     ELSE 'cash.adjusted' END
                FROM cash_events
               WHERE tenant_id = $1 AND organization_id = o.id AND currency = 'USD' AND created_at > $2
                 AND event_type IN ('topup', 'adjustment', 'refund')) p
        WHERE o.tenant_id = $1) e
    ON e.organization_id = a.organization_id AND e.event_id = a.event_id
 WHERE (a.event_type = e.audited_as AND a.amount = e.amount) IS NOT TRUE
   AND (a.event_id IS NOT NULL OR (NOT e.of_the_sandbox AND e.created_at > $2::timestamptz + interval '45 days'))
"""
# k the record, j the job that it tells of and r its reservation, t the transfer. Ids that are none lead nowhere.
_ID = "'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"
_ANSWER = differences(
    compare(Rule.ANSWER, "container_id", "c.id::text", "k.answer ->> 'container_id'", "k.job_id IS NOT NULL"),
    compare(Rule.ANSWER, "reserved_credits", "r.credits::text", "k.answer ->> 'reserved_credits'",
            "k.job_id IS NOT NULL"),
    compare(Rule.ANSWER, "allocated", "t.credits::text", "k.answer ->> 'allocated'",
            "k.transfer_id IS NOT NULL"),
    compare(Rule.ANSWER, "balance", "t.balance::text", "k.answer ->> 'balance'",
            "k.transfer_id IS NOT NULL"),
    compare(Rule.ANSWER, "available", "t.available::text", "k.answer ->> 'available'",
            "k.transfer_id IS NOT NULL"),
)  # fmt: skip
_WRONG_ANSWERS = f"""
SELECT coalesce(r.organization_id, t.to_organization_id) AS organization_id,
       coalesce(k.job_id, k.transfer_id) AS id, k.job_id IS NOT NULL AS is_of_job, d.*
  FROM (SELECT answer,
               CASE WHEN answer ->> 'reserved_credits' IS NOT NULL AND answer ->> 'job_id' ~ {_ID}
                    THEN (answer ->> 'job_id')::uuid END AS job_id,
               CASE WHEN answer ->> 'allocated' IS NOT NULL AND answer ->> 'id' ~ {_ID}
                    THEN (answer ->> 'id')::uuid END AS transfer_id
          FROM idempotency_keys
         WHERE tenant_id = $1 AND answer IS NOT NULL AND json_typeof(answer) = 'object') k
  LEFT JOIN LATERAL (
       SELECT organization_id, credits FROM reservations WHERE tenant_id = $1 AND job_id = k.job_id LIMIT 1) r ON true
  LEFT JOIN LATERAL (
       SELECT id FROM containers WHERE tenant_id = $1 AND job_id = k.job_id LIMIT 1) c ON true
  LEFT JOIN LATERAL (
       SELECT * FROM credit_transfers WHERE tenant_id = $1 AND id = k.transfer_id LIMIT 1) t ON true
 CROSS JOIN LATERAL {_ANSWER} d
"""


def wrong_news(
    connection: Connection, tenant_id: int, told_after: datetime
) -> AsyncGenerator[News]:
    """Yield what the outbox tells of leases and requests that has not happened, or not then, and the reverse.

    Args:
        connection: as `store.prepare_session` leaves it.
        tenant_id: whose outbox.
        told_after: what happened later is still in the outbox.
    """
    return stream_rows(News, connection, _WRONG_NEWS, tenant_id, told_after)


def wrong_postings(
    connection: Connection, tenant_id: int, audited_after: datetime
) -> AsyncGenerator[Posting]:
    """Yield what operators posted by the audit log and is not on the ledgers so, and the reverse.

    Args:
        connection: as `store.prepare_session` leaves it.
        tenant_id: whose ledgers.
        audited_after: what was posted later is still in the audit log.
    """
    return stream_rows(Posting, connection, _WRONG_POSTINGS, tenant_id, audited_after)


def wrong_answers(connection: Connection, tenant_id: int) -> AsyncGenerator[Answer]:
    """Yield what answers kept for a repetition tell of a job or a transfer which is not there, or is another."""
    return stream_rows(Answer, connection, _WRONG_ANSWERS, tenant_id)
