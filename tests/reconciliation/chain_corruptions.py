"""What no rule derives, because it follows from nothing else: content of ledger rows, which their hash chain covers.

Pairs of a name and a statement, which has the ids of `scene.make_scene` in braces.
"""

from __future__ import annotations

_EVENTS = "WHERE tenant_id = {tenant} AND organization_id = {child}"
_PURCHASE = f"{_EVENTS} AND event_type = 'purchase'"
_GRANT = f"{_EVENTS} AND event_type = 'grant' AND prepaid_delta = 20"
_CASH = "WHERE tenant_id = {tenant} AND organization_id = {partner}"
_TOPUP = f"{_CASH} AND event_type = 'topup'"
_RENEWAL = f"{_CASH} AND event_type = 'lease_renewal' AND social_account_id = {{lease}} AND lease_month = 1"

CHAIN_CORRUPTIONS = [
    ("a grant becomes a purchase", f"UPDATE credit_events SET event_type = 'purchase' {_GRANT}"),
    ("a purchase becomes a grant", f"UPDATE credit_events SET event_type = 'grant' {_PURCHASE}"),
    ("an event's description", f"UPDATE credit_events SET description = 'Other' {_GRANT}"),
    ("an event's reason", f"UPDATE credit_events SET metadata = '{{{{\"reason\": \"gift\"}}}}' {_GRANT}"),
    (
        "a period's allotment becomes a raise",
        "UPDATE credit_events SET metadata = '{{\"reason\": \"subscription_raised\"}}' "
        f"{_EVENTS} AND metadata ->> 'reason' = 'period_allotment' AND created_at = '2026-08-15'",
    ),
    ("an event's operator", f"UPDATE credit_events SET operator_id = gen_random_uuid() {_PURCHASE}"),
    ("an event's API key", f"UPDATE credit_events SET api_key_id = gen_random_uuid() {_PURCHASE}"),
    ("an event's request", f"UPDATE credit_events SET request_id = 'other' {_PURCHASE}"),
    (
        "the last purchase never was, and the wallet knows of none",
        f"""
        WITH gone AS (DELETE FROM credit_events {_PURCHASE} RETURNING prepaid_delta),
             newest AS (SELECT created_at FROM credit_events {_EVENTS} AND event_type <> 'purchase'
                         ORDER BY sequence DESC LIMIT 1)
        UPDATE wallets SET prepaid = prepaid - gone.prepaid_delta, last_sequence = last_sequence - 1,
               last_event_at = newest.created_at
          FROM gone, newest {_EVENTS}
        """,
    ),
    ("a cash event's description", f"UPDATE cash_events SET description = 'Other' {_TOPUP}"),
    ("a cash event's reference", f"UPDATE cash_events SET reference = 'Other' {_TOPUP}"),
    ("a cash event's operator", f"UPDATE cash_events SET operator_id = gen_random_uuid() {_TOPUP}"),
    ("a cash event's request", f"UPDATE cash_events SET request_id = 'other' {_TOPUP}"),
    ("a renewal's description", f"UPDATE cash_events SET description = 'Other' {_RENEWAL}"),
    ("a top-up becomes an adjustment", f"UPDATE cash_events SET event_type = 'adjustment' {_TOPUP}"),
]  # fmt: skip
