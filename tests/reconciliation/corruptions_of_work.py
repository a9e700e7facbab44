"""The like of `corruptions` for jobs, for cash and leases, and for what is told of them."""

from __future__ import annotations

from tests.reconciliation.corruptions import Corruption

from partner_api.reconciliation.rules import Rule


def _job(
    table: str, column: str, value: str, rule: Rule, job: str = "open_job", drops: str = ""
) -> Corruption:
    key = "id" if table == "jobs" else "job_id"
    statement = (
        f"UPDATE {table} SET {column} = {value} WHERE tenant_id = {{tenant}} AND {key} = {{{job}}}"
    )
    return Corruption(
        f"{table}.{column}", statement, rule, "bare" if job == "auto_job" else "child", drops
    )


JOBS = [
    _job("jobs", "project_id", "{partner_project}", Rule.JOB_CONTAINER),
    _job("jobs", "format", "'auto'", Rule.JOB_CONTAINER, "completed_job"),
    _job("jobs", "format", "'auto'", Rule.JOB_START),
    _job("jobs", "status", "'completed', finished_at = started_at", Rule.JOB_RESERVATION),
    _job("jobs", "stage", "'finalizing'", Rule.JOB_STATE),
    _job("jobs", "stage", "'queued'", Rule.JOB_STATE, "completed_job"),
    _job("jobs", "progress", "0.5", Rule.JOB_STATE, "completed_job"),
    _job("jobs", "progress", "0.5", Rule.JOB_STATE),
    _job("jobs", "started_at", "started_at - interval '1 hour'", Rule.JOB_TIMES),
    _job("jobs", "expires_at", "expires_at + interval '1 year'", Rule.JOB_TIMES),
    _job("jobs", "finished_at", "finished_at - interval '1 hour'", Rule.JOB_TIMES, "completed_job"),
    _job("jobs", "error_code", "'OTHER'", Rule.JOB_STATE, "failed_job"),
    _job("jobs", "error_message", "'Other.'", Rule.JOB_STATE, "failed_job"),
    _job("jobs", "error_message", "'Other.'", Rule.JOB_STATE, "completed_job"),
    _job("jobs", "last_error_code", "'OTHER'", Rule.JOB_STATE, "failed_job"),
    _job("jobs", "last_error_message", "'Other.'", Rule.JOB_STATE, "failed_job"),
    _job("jobs", "sandbox", "true", Rule.JOB_STATE),
    _job("jobs", "slideshow_credits", "5", Rule.JOB_STATE),
    _job("jobs", "slideshow_credits", "500", Rule.JOB_STATE, "auto_job"),
    _job("jobs", "claim_token", "NULL, worker_id = NULL, claimed_at = NULL, lease_seconds = NULL, lease_until = NULL",
         Rule.JOB_CONTAINER, "claimed_job"),
    _job("jobs", "claimed_at", "claimed_at + interval '2 days'", Rule.JOB_CLAIM, "claimed_job"),
    _job("jobs", "lease_seconds", "900", Rule.JOB_CLAIM, "claimed_job"),
    _job("jobs", "lease_until", "lease_until - interval '1 minute'", Rule.JOB_CLAIM, "claimed_job"),
    _job("jobs", "lease_until", "'2037-01-01'", Rule.JOB_CLAIM, "claimed_job"),
    _job("jobs", "cancel_requested_at", "started_at", Rule.JOB_STATE, "completed_job"),
    _job("containers", "id", "gen_random_uuid()", Rule.EVENT_JOB, "completed_job", "assets:f"),
    _job("containers", "project_id", "{partner_project}", Rule.JOB_CONTAINER),
    _job("containers", "status", "'completed'", Rule.JOB_CONTAINER),
    _job("containers", "status", "'queued'", Rule.JOB_CONTAINER, "claimed_job"),
    _job("containers", "status", "'processing'", Rule.JOB_CONTAINER, "completed_job"),
    _job("containers", "status", "'completed'", Rule.JOB_CONTAINER, "failed_job"),
    _job("containers", "format", "'auto'", Rule.JOB_CONTAINER),
    _job("containers", "created_at", "created_at - interval '1 hour'", Rule.JOB_CONTAINER),
    _job("containers", "completed_at", "NULL", Rule.JOB_CONTAINER, "completed_job"),
    _job("containers", "failed_at", "NULL", Rule.JOB_CONTAINER, "failed_job"),
    Corruption("containers.job_id", "DELETE FROM containers WHERE tenant_id = {tenant} AND job_id = {open_job}",
               Rule.JOB_CONTAINER),
    Corruption("containers: the row of a finished job",
               "DELETE FROM containers WHERE tenant_id = {tenant} AND job_id = {completed_job}",
               Rule.JOB_CONTAINER, drops="assets:f"),
    _job("reservations", "organization_id", "{bare}", Rule.JOB_OWNER, "auto_job").\
        _replace(statement="UPDATE reservations SET organization_id = {child} "
                           "WHERE tenant_id = {tenant} AND job_id = {auto_job}", organization="child"),
    _job("reservations", "organization_id", "{bare}", Rule.JOB_START, "failed_job")._replace(organization="bare"),
    Corruption("reservations.credits",
               "UPDATE reservations r SET credits = CASE job_id WHEN {open_job} THEN 90 ELSE 60 END "
               "WHERE tenant_id = {tenant} AND job_id IN ({open_job}, {second_job})", Rule.JOB_START),
    Corruption("reservations: credits swapped, as an answer is kept for",
               "UPDATE reservations r SET credits = CASE job_id WHEN {open_job} THEN 90 ELSE 60 END "
               "WHERE tenant_id = {tenant} AND job_id IN ({open_job}, {second_job})", Rule.ANSWER),
    _job("reservations", "credits", "credits + 1", Rule.RESERVED_CREDITS),
    _job("reservations", "status", "'released', closed_at = created_at", Rule.JOB_RESERVATION),
    _job("reservations", "charged", "charged - 1", Rule.JOB_CHARGE, "completed_job"),
    _job("reservations", "refunded", "refunded + 1", Rule.JOB_REFUND, "refunded_job"),
    _job("reservations", "created_at", "created_at - interval '1 hour'", Rule.JOB_TIMES),
    _job("reservations", "expires_at", "'2037-01-01'", Rule.JOB_TIMES),
    _job("reservations", "closed_at", "closed_at + interval '1 hour'", Rule.JOB_TIMES, "failed_job"),
    Corruption("reservations: the row", "DELETE FROM reservations WHERE tenant_id = {tenant} AND job_id = {open_job}",
               Rule.JOB_RESERVATION),
    Corruption("jobs: the record of a running one's start",
               "DELETE FROM audit_events WHERE tenant_id = {tenant} AND event_type = 'job.started' "
               "AND details ->> 'jobId' = {open_job}::text", Rule.JOB_START),
]  # fmt: skip
_CASH = "WHERE tenant_id = {tenant}"
_RENEWAL = f"{_CASH} AND social_account_id = {{lease}} AND lease_month = 1 AND event_type = 'lease_renewal'"


def _cash(column: str, value: str, rule: Rule, which: str = _RENEWAL) -> Corruption:
    return Corruption(
        f"cash_events.{column}",
        f"UPDATE cash_events SET {column} = {value} {which}",
        rule,
        "partner",
    )


def _cash_wallet(column: str, value: str, rule: Rule) -> Corruption:
    return Corruption(
        f"cash_wallets.{column}",
        f"UPDATE cash_wallets SET {column} = {value} {_CASH}",
        rule,
        "partner",
    )


_TOPUP = f"{_CASH} AND event_type = 'topup'"
_CASH_REFUND = f"{_CASH} AND event_type = 'refund'"
CASH = [
    _cash_wallet("balance_cents", "balance_cents + 1", Rule.CASH_BALANCE),
    _cash_wallet("last_sequence", "last_sequence + 1", Rule.LAST_SEQUENCE),
    _cash_wallet("last_event_at", "last_event_at + interval '1 day'", Rule.EVENT_TIME),
    _cash_wallet("renewals_due_at", "NULL", Rule.RENEWAL_AWAITED),
    _cash_wallet("renewals_due_at", "'2037-01-01'", Rule.RENEWAL_AWAITED),
    Corruption("cash_wallets: one of a child",
               "INSERT INTO cash_wallets (tenant_id, organization_id, last_event_at) "
               "VALUES ({tenant}, {child}, '2026-06-15T12:00Z')", Rule.WALLET_MISSING),
    _cash("sequence", "sequence + 100", Rule.EVENT_SEQUENCE),
    _cash("event_id", "gen_random_uuid()", Rule.EVENT_ID),
    _cash("event_type", "'lease_charge'", Rule.CASH_EVENT),
    _cash("amount_cents", "amount_cents + 1", Rule.EVENT_CHAIN),
    _cash("balance_after_cents", "balance_after_cents + 1", Rule.EVENT_CHAIN),
    _cash("for_organization_id", "{bare}", Rule.CASH_EVENT),
    _cash("for_organization_id", "{child}", Rule.CASH_EVENT, _TOPUP),
    _cash("for_organization_id", "{bare}", Rule.CASH_EVENT, _CASH_REFUND),
    _cash("social_account_id", "{late}", Rule.LEASE_EVENT),
    _cash("social_account_id", "{late}", Rule.CASH_EVENT, _TOPUP),
    _cash("project_id", "{partner_project}", Rule.CASH_EVENT),
    _cash("project_id", "{partner_project}", Rule.CASH_EVENT, _TOPUP),
    _cash("lease_month", "2", Rule.LEASE_EVENT),
    _cash("period_start", "period_start - interval '1 day'", Rule.CASH_EVENT),
    _cash("period_end", "period_end + interval '1 month'", Rule.CASH_EVENT),
    _cash("period_end", "period_end + interval '1 month'", Rule.CASH_EVENT, _CASH_REFUND),
    _cash("created_at", "created_at + interval '1 second'", Rule.EVENT_ID),
]  # fmt: skip


def _totals(column: str, value: str) -> Corruption:
    return Corruption(
        f"lease_totals.{column}",
        f"UPDATE lease_totals SET {column} = {value} {_CASH}",
        Rule.LEASE_TOTALS,
        "partner",
    )


def _calendar(column: str, value: str, span_seconds: int) -> Corruption:
    return Corruption(
        f"lease_calendar.{column}",
        f"UPDATE lease_calendar SET {column} = {value} {_CASH} AND span_seconds = {span_seconds}",
        Rule.LEASE_CALENDAR,
        "partner",
    )


TOTALS = [
    _totals("leases", "leases + 1"),
    _totals("monthly_cents", "monthly_cents - 1"),
    _totals("next_months", "next_months + 1"),
    _totals("settled_cents", "settled_cents + 1"),
    _totals("exact_from", "exact_from - interval '1 year'"),
    _totals("exact_from", "NULL"),
    _totals("past_due_from", "'2037-01-01'"),
    _calendar("leases", "leases + 1", 1),
    _calendar("monthly_cents", "monthly_cents + 1", 1),
    *(_calendar("leases", "leases - 1", span) for span in (60, 3600, 86400)),
    Corruption("lease_totals: the row", f"DELETE FROM lease_totals {_CASH}", Rule.LEASE_TOTALS, "partner"),
    Corruption("lease_calendar: all rows", f"DELETE FROM lease_calendar {_CASH}", Rule.LEASE_CALENDAR, "partner"),
]  # fmt: skip


def _lease(
    column: str, value: str, rule: Rule, lease: str = "lease", organization: str = "child"
) -> Corruption:
    statement = f"UPDATE leases SET {column} = {value} WHERE tenant_id = {{tenant}} AND social_account_id = {{{lease}}}"
    return Corruption(f"leases.{column}", statement, rule, organization)


def _charge(
    column: str, value: str, rule: Rule, lease: str = "lease", month: int = 1
) -> Corruption:
    statement = (
        f"UPDATE lease_charges SET {column} = {value} "
        f"WHERE tenant_id = {{tenant}} AND social_account_id = {{{lease}}} AND lease_month = {month}"
    )
    return Corruption(f"lease_charges.{column}", statement, rule)


def _social(column: str, value: str, lease: str = "lease") -> Corruption:
    statement = f"UPDATE social_accounts SET {column} = {value} WHERE tenant_id = {{tenant}} AND id = {{{lease}}}"
    return Corruption(f"social_accounts.{column}", statement, Rule.LEASE_SOCIAL_ACCOUNT)


_ENDED = (
    "'disconnected', disconnected_at = '2026-08-18', disconnected_reason = 'released_by_partner'"
)
LEASES = [
    _lease("project_id", "{partner_project}", Rule.LEASE_SOCIAL_ACCOUNT, organization="partner"),
    _lease("pool_account_id", "NULL", Rule.LEASE_ACCOUNT),
    _lease("pool_account_id", "{free_account}", Rule.LEASE_ACCOUNT),
    _lease("status", _ENDED, Rule.LEASE_SOCIAL_ACCOUNT),
    _lease("status", _ENDED, Rule.ACCOUNT_LEASE),
    _lease("assigned_at", "assigned_at - interval '1 day'", Rule.LEASE_PERIOD),
    _lease("assigned_at", "assigned_at + interval '1 day'", Rule.LEASE_DUE),
    _lease("monthly_price_cents", "1", Rule.LEASE_PRICE),
    _lease("monthly_price_cents", "20001", Rule.LEASE_PRICE, "priced"),
    _lease("billing_status", "'past_due', past_due_since = next_due_at, next_attempt_at = next_due_at",
           Rule.LEASE_BILLING),
    _lease("billing_status", "'current', past_due_since = NULL, next_attempt_at = NULL", Rule.LEASE_BILLING,
           "past_due"),
    _lease("past_due_since", "past_due_since - interval '1 day'", Rule.LEASE_BILLING, "past_due"),
    _lease("past_due_since", "past_due_since + interval '1 year'", Rule.LEASE_BILLING, "past_due"),
    _lease("past_due_since", "past_due_since + interval '1 hour', "
           "next_attempt_at = next_attempt_at + interval '1 hour'", Rule.TOLD, "past_due"),
    _lease("next_month", "next_month + 1", Rule.LEASE_DUE),
    _lease("next_month", "2000000000", Rule.LEASE_DUE),
    Corruption("leases.next_month and when it begins: a month is skipped",
               "UPDATE leases SET next_month = next_month + 1, next_due_at = next_due_at + interval '1 month' "
               "WHERE tenant_id = {tenant} AND social_account_id = {lease}", Rule.LEASE_DUE),
    _lease("next_due_at", "'2037-01-01'", Rule.LEASE_DUE),
    _lease("next_due_at", "'infinity'", Rule.LEASE_DUE)._replace(drops="leases:c"),
    _lease("next_attempt_at", "'2037-01-01'", Rule.LEASE_BILLING, "past_due"),
    _lease("next_attempt_at", "next_attempt_at + interval '1 hour'", Rule.LEASE_BILLING, "past_due"),
    _lease("disconnected_at", "disconnected_at + interval '1 day'", Rule.LEASE_SOCIAL_ACCOUNT, "released", "partner"),
    _lease("disconnected_at", "disconnected_at + interval '1 year'", Rule.LEASE_END, "released", "partner"),
    _lease("disconnected_reason", "'payment_failed'", Rule.LEASE_END, "released", "partner"),
    _lease("disconnected_reason", "'organization_archived'", Rule.LEASE_END, "released", "partner"),
    _lease("disconnected_reason", "'recalled_by_operator'", Rule.LEASE_SOCIAL_ACCOUNT, "released", "partner"),
    _lease("disconnected_reason", "'released_by_partner'", Rule.LEASE_DUE, "failed", "partner"),
    Corruption("leases: one of an archived organization goes on",
               "UPDATE leases SET status = 'assigned', disconnected_at = NULL, disconnected_reason = NULL "
               "WHERE tenant_id = {tenant} AND social_account_id = {archived_lease}", Rule.LEASE_END, "archived"),
    _charge("lease_month", "7", Rule.LEASE_MONTHS, month=2),
    _charge("period_start", "period_start - interval '1 day'", Rule.LEASE_PERIOD),
    _charge("period_end", "period_end + interval '1 day'", Rule.LEASE_PERIOD),
    _charge("price_cents", "price_cents + 1", Rule.LEASE_CHARGE),
    _charge("price_cents", "1", Rule.LEASE_PRICE, "past_due"),
    _charge("status", "'uncollected', cash_sequence = NULL, refunded_cents = 0", Rule.LEASE_EVENT)
        ._replace(organization="partner"),
    _charge("status", "'uncollected', settled_at = '2026-08-18T12:00Z'", Rule.LEASE_DUE, "past_due"),
    _charge("status", "'due', settled_at = NULL, cash_sequence = NULL, refunded_cents = 0", Rule.LEASE_BILLING),
    _charge("cash_sequence", "1", Rule.LEASE_CHARGE),
    _charge("cash_sequence", "1", Rule.LEASE_EVENT)._replace(organization="partner"),
    _charge("refunded_cents", "1", Rule.LEASE_REFUND),
    _charge("settled_at", "settled_at - interval '1 minute'", Rule.TOLD, month=2),
    _charge("settled_at", "settled_at + interval '1 minute'", Rule.CASH_EVENT)._replace(organization="partner"),
    Corruption("lease_charges: the row of a month", "DELETE FROM lease_charges WHERE tenant_id = {tenant} "
               "AND social_account_id = {lease} AND lease_month = 1", Rule.LEASE_MONTHS),
    Corruption("lease_former_prices.until_month",
               "INSERT INTO lease_former_prices VALUES ({tenant}, {lease}, 100, 0)", Rule.LEASE_PRICE),
    Corruption("lease_former_prices.price_cents",
               "UPDATE lease_former_prices SET price_cents = 1 WHERE tenant_id = {tenant} "
               "AND social_account_id = {late}", Rule.LEASE_PRICE),
    _social("project_id", "{partner_project}"),
    _social("platform", "'other'"),
    _social("handle", "'other'"),
    _social("status", "'disconnected', disconnected_at = '2026-08-18', disconnected_reason = 'revoked_by_partner'"),
    _social("status", "'reauth_required'"),
    _social("leased", "false"),
    _social("connected_at", "connected_at - interval '1 day'"),
    _social("disconnected_at", "disconnected_at - interval '1 day'", "recalled"),
    _social("disconnected_reason", "'released_by_partner'", "recalled"),
    Corruption("social_accounts: leased, in no lease",
               "INSERT INTO social_accounts (tenant_id, id, project_id, platform, handle, followers, leased, "
               "connected_at) VALUES ({tenant}, gen_random_uuid(), {child_project}, 'tiktok', 'x', 1, true, now())",
               Rule.LEASE_SOCIAL_ACCOUNT),
    Corruption("tenants.env", "UPDATE tenants SET env = 'test' WHERE id = {tenant}", Rule.LEASE_ACCOUNT),
    Corruption("pool_accounts.handle", "UPDATE pool_accounts SET handle = 'other' WHERE id = {account}",
               Rule.LEASE_SOCIAL_ACCOUNT),
    Corruption("pool_accounts.status", "UPDATE pool_accounts SET status = 'available', lease_id = NULL, "
               "lease_tenant_id = NULL WHERE id = {account}", Rule.LEASE_ACCOUNT),
    Corruption("pool_accounts.lease_tenant_id", "UPDATE pool_accounts SET lease_tenant_id = 1 WHERE id = {account}",
               Rule.LEASE_ACCOUNT),
    Corruption("pool_accounts.lease_id", "UPDATE pool_accounts SET lease_id = {released}, status = 'leased', "
               "lease_tenant_id = {tenant} WHERE id = {free_account}", Rule.ACCOUNT_LEASE, "partner"),
]  # fmt: skip


def _request(
    column: str, value: str, rule: Rule, request: str = "request", organization: str = "child"
) -> Corruption:
    statement = f"UPDATE lease_requests SET {column} = {value} WHERE tenant_id = {{tenant}} AND id = {{{request}}}"
    return Corruption(f"lease_requests.{column}", statement, rule, organization)


def _told(column: str, value: str, event_type: str, subject: str = "") -> Corruption:
    statement = (
        f"UPDATE outbox SET {column} = {value} "
        f"WHERE tenant_id = {{tenant}} AND event_type = '{event_type}' {subject}"
    )
    return Corruption(f"outbox.{column}", statement, Rule.TOLD)


_OF_LEASE = "AND data ->> 'socialAccountId' = 'sa_' || {lease}::text"
_NEWS = "INSERT INTO outbox VALUES ({tenant}, gen_random_uuid(), {child}, "
_LAST_OF_CHILD = (
    "(SELECT max(sequence) FROM outbox WHERE tenant_id = {tenant} AND organization_id = {child})"
)
TOLD = [
    _request("organization_id", "{bare}", Rule.REQUEST, organization="bare"),
    _request("project_id", "{partner_project}", Rule.REQUEST),
    _request("answered_at", "answered_at - interval '1 day'", Rule.REQUEST),
    _request("assigned_social_account_ids", "ARRAY[{lease}, {lease}]", Rule.REQUEST),
    _request("assigned_social_account_ids", "ARRAY[{free}]", Rule.REQUEST, "partial", "partner"),
    _request("status", "'rejected', answered_at = submitted_at", Rule.TOLD, "open_request"),
    _request("status", "'requested', answered_at = NULL", Rule.TOLD, "rejected"),
    _told("id", "gen_random_uuid()", "job.failed"),
    _told("organization_id", "{bare}", "job.failed"),
    _told("event_type", "'job.canceled'", "job.failed"),
    _told("event_type", "'leased_account.past_due'", "leased_account.renewed", _OF_LEASE),
    _told("data", "data || '{{\"creditsCharged\": 1}}'", "job.completed"),
    _told("data", "data || '{{\"containerId\": \"cnt_none\"}}'", "job.failed"),
    _told("data", "data || '{{\"leaseMonth\": 9}}'", "leased_account.renewed", _OF_LEASE),
    _told("created_at", "created_at - interval '1 minute'", "leased_account.past_due",
          "AND data ->> 'socialAccountId' = 'sa_' || {past_due}::text"),
    *(
        Corruption(f"outbox: {event_type} is gone",
                   f"DELETE FROM outbox WHERE tenant_id = {{tenant}} AND event_type = '{event_type}' "
                   "AND organization_id = {child} AND created_at > '2026-08-01'", Rule.TOLD)
        for event_type in ("job.completed", "job.failed", "job.canceled", "leased_account.renewed",
                           "leased_account.past_due", "leased_account.disconnected", "lease_request.rejected")
    ),
    Corruption("audit_events: a top-up of another amount", "UPDATE audit_events SET details = details || "
               "'{{\"amountCents\": 1}}' WHERE tenant_id = {tenant} AND event_type = 'cash.topped_up'",
               Rule.POSTED, "partner"),
    Corruption("audit_events: a purchase that nobody made", "DELETE FROM audit_events "
               "WHERE tenant_id = {tenant} AND event_type = 'credits.purchased'", Rule.POSTED),
    Corruption("outbox: an allocation is not told",
               "DELETE FROM outbox WHERE tenant_id = {tenant} AND event_type = 'credits.allocated' "
               "AND data ->> 'transferId' = 'txn_' || {transfer}::text", Rule.TOLD),
    *(
        Corruption(f"outbox: {name}", f"UPDATE outbox SET {change} WHERE tenant_id = {{tenant}} "
                   "AND event_type = 'credits.allocated' AND data ->> 'transferId' = 'txn_' || {transfer}::text",
                   Rule.TOLD)
        for name, change in (
            ("an allocation of another amount", "data = data || '{{\"credits\": 1}}'"),
            ("an allocation at another time", "created_at = created_at - interval '1 minute'"),
            ("an allocation that was none",
             "data = data || jsonb_build_object('transferId', 'txn_' || gen_random_uuid())"),
        )
    ),
    Corruption("outbox: an allocation to somebody else", "UPDATE outbox SET organization_id = {bare} "
               "WHERE tenant_id = {tenant} AND event_type = 'credits.allocated' "
               "AND data ->> 'transferId' = 'txn_' || {transfer}::text", Rule.TOLD, "bare"),
    Corruption("outbox: an organization that was not archived", "UPDATE outbox SET organization_id = {bare} "
               "WHERE tenant_id = {tenant} AND event_type = 'organization.archived'", Rule.TOLD, "bare"),
    Corruption("outbox: an end that was none", _NEWS + "'job.completed', jsonb_build_object('containerId', 'cnt_1'), "
               "'2026-08-19T10:00Z')", Rule.TOLD),
    Corruption("outbox: a lease that did not end", _NEWS + "'leased_account.disconnected', "
               "jsonb_build_object('socialAccountId', 'sa_' || {lease}::text), '2026-08-19T10:00Z')", Rule.TOLD),
    Corruption("outbox.sequence", "UPDATE outbox SET sequence = sequence + 1000 WHERE tenant_id = {tenant} "
               f"AND sequence = {_LAST_OF_CHILD}", Rule.FEED),
    Corruption("outbox.published_at", "UPDATE outbox SET published_at = created_at - interval '1 minute' "
               f"WHERE tenant_id = {{tenant}} AND sequence = {_LAST_OF_CHILD}", Rule.FEED),
    *(
        Corruption(f"event_streams.{column}", f"UPDATE event_streams SET {column} = {column} + {step} "
                   "WHERE tenant_id = {tenant}", Rule.FEED, "partner")
        for column, step in (("last_sequence", "1"), ("last_published_at", "interval '1 minute'"))
    ),
    Corruption("event_streams: it is gone", "DELETE FROM event_streams WHERE tenant_id = {tenant}",
               Rule.FEED, "partner"),
    *(
        Corruption("webhook_queues.next_due_at", f"UPDATE webhook_queues SET next_due_at = {value} "
                   "WHERE tenant_id = {tenant}", Rule.DELIVERY_AWAITED)
        for value in ("NULL", "next_due_at + interval '1 second'")
    ),
    Corruption("idempotency_keys.answer",
               "UPDATE idempotency_keys SET answer = (answer::jsonb || '{{\"reserved_credits\": 1}}')::json "
               "WHERE tenant_id = {tenant} AND answer ->> 'job_id' = {open_job}::text", Rule.ANSWER),
    Corruption("idempotency_keys.answer of an allocation",
               "UPDATE idempotency_keys SET answer = (answer::jsonb || '{{\"allocated\": 1}}')::json "
               "WHERE tenant_id = {tenant} AND answer ->> 'id' = {transfer}::text", Rule.ANSWER),
]  # fmt: skip
