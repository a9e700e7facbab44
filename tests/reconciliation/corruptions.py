"""What a hand in the database could do to the books of `scene`, and the rule that says so."""

from __future__ import annotations

from typing import NamedTuple

from partner_api.reconciliation.rules import Rule


class Corruption(NamedTuple):
    """A change behind the functions' back; ids stand in braces, as `scene.make_scene` names them."""

    column: str
    """Whose derivation it is about: ``table.column``, or what it does to whole rows."""
    statement: str
    rule: Rule
    organization: str = "child"
    """For which organization it has to be reported."""
    drops: str = ""
    """Constraints that forbid it, so that PostgreSQL would: ``table:kinds``, as `history.drop_constraints` has them."""

    def __str__(self) -> str:
        return f"{self.column}-{self.rule}"


_WALLET = "WHERE tenant_id = {tenant} AND organization_id = {child}"
_PARTNER = "WHERE tenant_id = {tenant} AND organization_id = {partner}"
_BARE = "WHERE tenant_id = {tenant} AND organization_id = {bare}"
_LAST = (
    "(SELECT last_sequence FROM wallets WHERE tenant_id = {tenant} AND organization_id = {child})"
)


def _wallet(column: str, value: str, rule: Rule, drops: str = "") -> Corruption:
    return Corruption(
        f"wallets.{column}", f"UPDATE wallets SET {column} = {value} {_WALLET}", rule, drops=drops
    )


def _event(column: str, value: str, rule: Rule, which: str, drops: str = "") -> Corruption:
    statement = f"UPDATE credit_events SET {column} = {value} {_WALLET} AND {which}"
    return Corruption(f"credit_events.{column}", statement, rule, drops=drops)


_USAGE = "event_type = 'usage' AND job_id = {completed_job}"
_REFUND = "event_type = 'refund'"
_GRANTED = "metadata ->> 'reason' = 'period_allotment' AND created_at = '2026-08-15'"
WALLETS = [
    Corruption("tenants.partner_id", "UPDATE tenants SET partner_id = {child} WHERE id = {tenant}",
               Rule.WALLET_PARTNER, "partner"),
    Corruption("organizations.parent_id",
               "UPDATE organizations SET parent_id = {bare} WHERE tenant_id = {tenant} AND id = {child}",
               Rule.WALLET_PARTNER),
    Corruption("organizations.status",
               "UPDATE organizations SET status = 'suspended' WHERE tenant_id = {tenant} AND id = {child}",
               Rule.WALLET_STATE),
    Corruption("organizations.reclaimed_credits",
               "UPDATE organizations SET reclaimed_credits = 1 WHERE tenant_id = {tenant} AND id = {archived}",
               Rule.ARCHIVED, "archived"),
    Corruption("organizations.released_leased_accounts",
               "UPDATE organizations SET released_leased_accounts = 2 WHERE tenant_id = {tenant} AND id = {archived}",
               Rule.ARCHIVED, "archived"),
    Corruption("organizations.created_at",
               "UPDATE organizations SET created_at = created_at - interval '2 days' "
               "WHERE tenant_id = {tenant} AND id = {bare}", Rule.WALLET_PERIOD, "bare"),
    _wallet("partner_id", "NULL", Rule.WALLET_PARTNER),
    _wallet("state", "'suspended'", Rule.WALLET_STATE),
    Corruption("wallets.subscription_tier", f"UPDATE wallets SET subscription_tier = 'scale' {_BARE}",
               Rule.WALLET_TERMS, "bare"),
    Corruption("wallets.billing_status", f"UPDATE wallets SET billing_status = 'past_due' {_BARE}",
               Rule.WALLET_TERMS, "bare"),
    Corruption("wallets.included_credits", f"UPDATE wallets SET included_credits = 10 {_BARE}",
               Rule.WALLET_TERMS, "bare"),
    Corruption("wallets.included_credits of an archived one",
               "UPDATE wallets SET included_credits = 10 WHERE tenant_id = {tenant} AND organization_id = {archived}",
               Rule.WALLET_TERMS, "archived"),
    _wallet("included_credits", "included_credits + 1000", Rule.WALLET_ALLOTMENT),
    _wallet("subscription_started_on", "subscription_started_on - 1", Rule.WALLET_PERIOD),
    _wallet("period_anchor", "period_anchor - interval '1 day'", Rule.WALLET_PERIOD),
    _wallet("period_number", "period_number + 1", Rule.WALLET_PERIOD),
    _wallet("period_number", "2000000000", Rule.WALLET_PERIOD),
    _wallet("period_start", "period_start - interval '1 month'", Rule.WALLET_PERIOD),
    _wallet("period_end", "period_end + interval '1 year'", Rule.WALLET_PERIOD),
    Corruption("wallets: the next period already",
               "UPDATE wallets SET period_number = period_number + 1, period_start = period_end, "
               f"period_end = period_end + interval '1 month' {_WALLET}", Rule.EVENT_TIME),
    Corruption("wallets: the period before again",
               "UPDATE wallets SET period_number = period_number - 1, period_end = period_start, "
               f"period_start = period_start - interval '1 month' {_WALLET}", Rule.WALLET_PERIOD),
    _wallet("included_this_period", "included_this_period + 1", Rule.WALLET_ALLOTMENT),
    _wallet("included_granted_peak", "included_granted_peak - 1", Rule.WALLET_ALLOTMENT),
    _wallet("included_granted_peak", "0", Rule.WALLET_ALLOTMENT),
    _wallet("included_remaining", "included_remaining + 5", Rule.INCLUDED_BALANCE),
    _wallet("prepaid", "prepaid + 5", Rule.PREPAID_BALANCE),
    _wallet("reserved", "reserved - 5", Rule.RESERVED_CREDITS),
    _wallet("used_this_period", "used_this_period + 5", Rule.PERIOD_USAGE),
    _wallet("running_jobs", "running_jobs - 1", Rule.RUNNING_JOBS),
    *(
        Corruption(f"wallets.{column}", f"UPDATE wallets SET {values} {_PARTNER}", Rule.WALLET_TERMS, "partner")
        for column, values in (
            ("monthly_credit_cap", "monthly_credit_cap = 7"),
            ("refill_threshold", "refill_threshold = 1, refill_amount = 7"),
            ("refill_amount", "refill_threshold = 0, refill_amount = 9"),
            ("auto_refill_enabled", "auto_refill_enabled = true"),
            ("refill_failed_at", "refill_failed_at = last_event_at"),
        )
    ),
    _wallet("is_low", "NOT is_low", Rule.WALLET_LOW),
    _wallet("last_sequence", "last_sequence + 1", Rule.LAST_SEQUENCE),
    _wallet("last_event_at", "last_event_at + interval '1 hour'", Rule.EVENT_TIME),
    _wallet("last_event_at", "last_event_at - interval '1 minute'", Rule.EVENT_TIME),
    Corruption("wallets.last_event_at of an unsubscribed one",
               f"UPDATE wallets SET last_event_at = last_event_at + interval '1 day' {_BARE}", Rule.EVENT_TIME, "bare"),
    Corruption("tenants: the row", "DELETE FROM tenants WHERE id = {tenant}", Rule.WALLET_PARTNER, "bare",
               "tenants:p"),
    Corruption("wallets: the row", f"DELETE FROM wallets {_BARE}", Rule.WALLET_MISSING, "bare",
               "credit_events:f,reservations:f"),
]  # fmt: skip
EVENTS = [
    _event("sequence", "sequence + 10", Rule.EVENT_SEQUENCE, f"sequence = {_LAST}"),
    _event("event_id", "gen_random_uuid()", Rule.EVENT_ID, "sequence = 3"),
    _event("event_type", "'purchase'", Rule.EVENT_SHAPE, "event_type = 'allocation' AND created_at > '2026-08-19'"),
    _event("event_type", "'grant'", Rule.EVENT_SHAPE, "event_type = 'refund'", "credit_events:c"),
    _event("event_type", "'adjustment'", Rule.EVENT_SHAPE, _USAGE, "credit_events:c"),
    _event("included_delta", "included_delta + 1", Rule.EVENT_CHAIN, _USAGE),
    _event("prepaid_delta", "prepaid_delta + 1", Rule.EVENT_CHAIN, _REFUND),
    _event("included_after", "included_after + 1", Rule.EVENT_CHAIN, "sequence = 4"),
    _event("prepaid_after", "prepaid_after + 1", Rule.EVENT_CHAIN, "sequence = 4"),
    _event("usage_after", "usage_after + 1", Rule.EVENT_USAGE, "sequence = 4"),
    _event("usage_after", "usage_after + 1", Rule.EVENT_USAGE, f"sequence = {_LAST}"),
    _event("usage_after", "usage_after + 1", Rule.EVENT_USAGE, _GRANTED),
    _event("usage_after", "usage_after + 1", Rule.EVENT_USAGE, "sequence >= 4"),
    Corruption("credit_events.usage_after of the last event", "UPDATE credit_events SET usage_after = 0 "
               f"{_BARE} AND sequence = 2", Rule.EVENT_USAGE, "bare"),
    _event("project_id", "{partner_project}", Rule.EVENT_JOB, _USAGE),
    _event("project_id", "NULL", Rule.EVENT_JOB, _REFUND),
    _event("format", "'auto'", Rule.EVENT_JOB, _USAGE),
    _event("container_id", "gen_random_uuid()", Rule.EVENT_JOB, _USAGE),
    _event("job_id", "{failed_job}", Rule.JOB_CHARGE, _USAGE),
    _event("transfer_id", "{transfer}", Rule.TRANSFER_EVENTS, "sequence = 1")
        ._replace(organization="partner"),
    _event("transfer_id", "{transfer}", Rule.EVENT_SHAPE, "event_type = 'grant' AND prepaid_delta = 20"),
    _event("metadata", "'{{\"reason\": \"gift\"}}'", Rule.EVENT_SHAPE, _GRANTED),
    _event("metadata", "metadata || '{{\"direction\": \"out\"}}'", Rule.TRANSFER_RECORD, "transfer_id = {transfer}"),
    _event("metadata", "metadata || '{{\"counterpartyOrgId\": \"org_1\"}}'", Rule.TRANSFER_RECORD,
           "transfer_id = {transfer}"),
    _event("created_at", "created_at + interval '1 minute'", Rule.EVENT_ID, "sequence = 2"),
    _event("description", "'Other'", Rule.TRANSFER_RECORD, "transfer_id = {transfer}"),
    Corruption("credit_events: included credits go last",
               "UPDATE credit_events SET included_delta = included_delta + 1, prepaid_delta = prepaid_delta - 1, "
               f"included_after = included_after + 1, prepaid_after = prepaid_after - 1 {_WALLET} AND {_USAGE}",
               Rule.EVENT_SHAPE),
    Corruption("credit_events.created_at: far ahead", f"""
               WITH last AS (UPDATE credit_events SET created_at = '2037-01-01', event_id = credit_event_id(
                                    tenant_id, organization_id, sequence, '2037-01-01')
                             {_WALLET} AND sequence = {_LAST} RETURNING created_at)
               UPDATE wallets SET last_event_at = last.created_at FROM last {_WALLET}
               """, Rule.EVENT_TIME),
    Corruption("credit_events: the last one is gone",
               f"DELETE FROM credit_events {_WALLET} AND sequence = {_LAST}", Rule.LAST_SEQUENCE),
    Corruption("credit_events: the last purchase never was, and the wallet knows neither it nor its hash",
               f"""
               WITH gone AS (DELETE FROM credit_events {_WALLET} AND event_type = 'purchase'
                             RETURNING sequence, prepaid_delta, previous_hash),
                    newest AS (SELECT created_at FROM credit_events {_WALLET}
                                  AND sequence = (SELECT sequence - 1 FROM gone))
               UPDATE wallets SET prepaid = prepaid - gone.prepaid_delta, last_sequence = gone.sequence - 1,
                      last_hash = gone.previous_hash, last_event_at = newest.created_at
                 FROM gone, newest {_WALLET}
               """, Rule.POSTED),
    Corruption("credit_events: one of them is gone", f"DELETE FROM credit_events {_WALLET} AND sequence = 5",
               Rule.EVENT_SEQUENCE),
]  # fmt: skip
_THIS = "WHERE tenant_id = {tenant} AND id = {transfer}"
TRANSFERS = [
    Corruption(f"credit_transfers.{column}", f"UPDATE credit_transfers SET {column} = {value} {_THIS}", rule)
    for column, value, rule in (
        ("credits", "121", Rule.TRANSFER_AMOUNT),
        ("from_organization_id", "{bare}", Rule.TRANSFER_SIDES),
        ("description", "NULL", Rule.TRANSFER_RECORD),
        ("metadata", "'{{\"a\": \"b\"}}'", Rule.TRANSFER_RECORD),
        ("balance", "balance + 1", Rule.TRANSFER_BALANCE),
        ("available", "balance + 1", Rule.TRANSFER_BALANCE),
        ("created_at", "created_at - interval '1 hour'", Rule.TRANSFER_RECORD),
    )
] + [
    Corruption("credit_transfers.from_organization_id",
               f"UPDATE credit_transfers SET from_organization_id = {{bare}} {_THIS}", Rule.TRANSFER_AMOUNT, "bare"),
    Corruption("credit_transfers.to_organization_id",
               "UPDATE credit_transfers SET from_organization_id = {bare}, to_organization_id = {archived} "
               + _THIS, Rule.TRANSFER_SIDES, "archived"),
    *(
        Corruption(f"credit_transfers.{column}",
                   "UPDATE credit_transfers t SET api_key_id = k.api_key_id, idempotency_key = k.idempotency_key, "
                   "fingerprint = k.fingerprint FROM credit_transfers k WHERE k.tenant_id = {tenant} "
                   "AND k.id = {transfer} AND t.tenant_id = {tenant} AND t.to_organization_id = {bare}",
                   Rule.TRANSFER_KEY, "partner", "credit_transfers:u")
        for column in ("api_key_id", "idempotency_key")
    ),
]  # fmt: skip
_KEY_OF = "WHERE tenant_id = {{tenant}} AND movement = '{}'"
POSTINGS = [
    Corruption(f"postings.{column}", f"UPDATE postings SET {column} = {value} " + _KEY_OF.format(movement),
               Rule.POSTING_KEY, organization, drops)
    for movement, column, value, organization, drops in (
        ("credits.grant", "operator_id", "gen_random_uuid()", "partner", ""),
        ("credits.grant", "movement", "'credits.purchase'", "partner", ""),
        ("credits.grant", "organization_id", "{child}", "child", "postings:f"),
        ("credits.grant", "credit_sequence", "1", "partner", ""),
        ("credits.grant", "balance", "balance - 1", "partner", ""),
        ("credits.grant", "available", "balance + 1", "partner", ""),
        ("cash.adjustment", "movement", "'cash.topup'", "partner", ""),
        ("cash.adjustment", "currency", "'EUR'", "partner", "postings:f"),
        ("cash.adjustment", "cash_sequence", "1", "partner", ""),
        ("cash.adjustment", "balance", "balance + 1", "partner", ""),
    )
]  # fmt: skip
