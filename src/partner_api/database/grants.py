"""What the application's role may do: read everything, call the functions listed here, and write what is not money.

With this wall, a mistake in a route cannot change a balance: only the functions that run as the owner can, and of those
it reaches the ones that decide for themselves whether something may be done. What only other functions call, such as
``job_settle`` or ``lease_assign``, it cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

# Tables that the server writes itself. Everything else changes only inside functions.
_WRITABLE = (
    "api_keys",
    "asset_uploads",
    "audit_events",
    "daily_totals_progress",
    "idempotency_keys",
    "operator_sessions",
    "operators",
    "portal_sessions",
    "projects",
    "reconciliation_requests",
    "reconciliations",
    "secret_key_checks",
    "sign_in_links",
    "webhook_attempts",
    "webhook_deliveries",
    "webhook_endpoints",
    "webhook_queues",
)
# Columns that the server may update although the rest of the row belongs to functions.
_UPDATABLE_COLUMNS = {
    "installation": "ever_production, clock_offset_seconds",
    "lease_requests": "organization_id",
    "organizations": "name, metadata, billing_email, rate_limit_tier, format_prices, updated_at",
    "social_accounts": "status, disconnected_at, disconnected_reason",
    "pool_accounts": "followers, vertical, language, geo, monthly_price_cents, avatar_url, status, updated_at",
}
_INSERTABLE = ("lease_requests", "outbox", "pool_accounts")
_DELETABLE = ("outbox",)
# Functions that run as the owner.
CALLED = (
    "audit_expire",
    "audit_partitions_ensure",
    "cash_post",
    "cash_refund",
    "cash_sequences_between",
    "child_create",
    "claims_expire_these",
    "credit_allocate",
    "credit_configure",
    "credit_post",
    "credit_sequences_between",
    "daily_totals_count",
    "event_sequence_at",
    "events_publish",
    "job_cancel",
    "job_complete",
    "job_fail",
    "job_heartbeat",
    "job_start",
    "jobs_claim_sound",
    "jobs_expire_these",
    "lease_disconnect",
    "lease_outlook",
    "lease_request_fulfil",
    "lease_request_pretend",
    "lease_request_reject",
    "lease_set_price",
    "leases_rehearse",
    "leases_renew",
    "organization_archive",
    "organization_change",
    "organization_set_status",
    "partner_create",
    "partner_onboard",
    "sandbox_complete",
    "sandbox_fail",
    "subscription_set",
    "upload_begin",
    "upload_finish",
    "wallets_roll_over_due",
    "webhook_deliveries_claim",
    "webhook_deliveries_finish",
)
# Functions that run as the caller, and so with no more rights than the statement that calls them: what they are for.
PLAIN = {
    "audit_write": "the audit row of a write in Python, in its transaction",
    "cash_event_content": "of cash_event_hash",
    "cash_event_hash": "the hash that an event must have, for the check of the books",
    "cash_event_internal_hash": "an event's part of the hash chain, in the list of events",
    "credit_event_content": "of credit_event_hash",
    "credit_event_hash": "the hash that an event must have, for the check of the books",
    "credit_event_id": "the id that an event must have, for the check of the books",
    "credit_event_internal_hash": "an event's part of the hash chain, in the list of events",
    "idempotency_find": "the record of a write in Python, in its transaction",
    "idempotency_lock": "of idempotency_find",
    "idempotency_store": "the record of a write in Python, in its transaction",
    "jobs_waiting_tenants": "who has jobs that wait, for the claims of workers",
    "lease_calendar_months": "of lease_next_renewal",
    "lease_month_start": "when a month begins, for the check of the books",
    "lease_next_renewal": "when a lease renews, in the lists of leases",
    "lease_patience": "when a lease that is past due ends, in the operator's lists",
    "lease_request_public_id": "the id that the outbox must show, for the check of the books",
    "tenant_hold": "of a transaction in Python that locks rows of a tenant",
    "time_ordered_uuid": "ids of rows that Python inserts, and those that the check of the books expects",
    "ulid_text": "of lease_request_public_id",
    "upload_draft_name": "of upload_begin, also asked before the upload",
}
# What a server of the previous release calls, beside other arguments of the functions above.
PREVIOUS_RELEASE = ("leases_renew_partners", "wallets_touch")


async def grant_application_role(connection: Connection, role: str) -> None:
    """Grant ``role`` exactly these rights, whatever it had before. Runs as the owner.

    Raises:
        asyncpg.UndefinedObjectError: there is no such role.
    """
    quoted = await connection.fetchval("SELECT quote_ident($1)", role)
    async with connection.transaction():
        for statement in _statements(quoted):
            await connection.execute(statement)
        functions = await connection.fetch(
            """
            SELECT p.oid::regprocedure::text AS signature FROM pg_proc p
             WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY ($1::text[])
            """,
            [*CALLED, *PLAIN, *PREVIOUS_RELEASE],
        )
        for function in functions:
            await connection.execute(
                f"GRANT EXECUTE ON FUNCTION {function['signature']} TO {quoted}"
            )


def _statements(role: str) -> list[str]:
    writable = ", ".join(_WRITABLE)
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        # Databases that began before PostgreSQL 15 let everybody make tables and functions there.
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT INSERT, UPDATE, DELETE ON {writable} TO {role}",
        *(f"GRANT INSERT ON {table} TO {role}" for table in _INSERTABLE),
        *(f"GRANT DELETE ON {table} TO {role}" for table in _DELETABLE),
        *(
            f"GRANT UPDATE ({columns}) ON {table} TO {role}"
            for table, columns in _UPDATABLE_COLUMNS.items()
        ),
        f"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM {role}",
    ]
