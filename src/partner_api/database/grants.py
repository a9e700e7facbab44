"""What the application's role may do: read everything, call the money functions, and write what is not money.

With this wall, a mistake in a route cannot change a balance: only the functions, which run as the owner, can.
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
    "idempotency_keys",
    "operators",
    "projects",
    "reconciliations",
    "secret_key_checks",
)
# Columns that the server may update although the rest of the row belongs to functions.
_UPDATABLE_COLUMNS = {
    "installation": "ever_production, clock_offset_seconds",
    "lease_requests": "organization_id",
    "organizations": "name, metadata, billing_email, rate_limit_tier, format_prices, updated_at",
    "social_accounts": "status, disconnected_at, disconnected_reason",
    "pool_accounts": "followers, vertical, language, geo, monthly_price_cents, avatar_url, status, updated_at",
}
_INSERTABLE = ("lease_requests", "pool_accounts")
_DELETABLE = ("outbox",)


async def grant_application_role(connection: Connection, role: str) -> None:
    """Give ``role`` exactly these rights, whatever it had before. Runs as the owner.

    Raises:
        asyncpg.UndefinedObjectError: there is no such role.
    """
    quoted = await connection.fetchval("SELECT quote_ident($1)", role)
    async with connection.transaction():
        for statement in _statements(quoted):
            await connection.execute(statement)


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
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    ]
