"""The hash chains of a tenant's ledgers, computed anew as the documentation says, and not as SQL does it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from partner_api.clock import format_milliseconds, format_seconds
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool, Row

GENESIS = bytes(32)

_CHAIN_AGAIN = """
UPDATE {events} e SET previous_hash = c.previous_hash, hash = c.hash
  FROM (SELECT organization_id, sequence, hash, lag(hash, 1, $2::bytea) OVER past AS previous_hash
          FROM (SELECT organization_id, sequence,
                       ledger_chain($2::bytea, {content}(r)) OVER past AS hash
                  FROM {events} r WHERE tenant_id = $1
                WINDOW past AS (PARTITION BY organization_id ORDER BY sequence)) h
        WINDOW past AS (PARTITION BY organization_id ORDER BY sequence)) c
 WHERE e.tenant_id = $1 AND e.organization_id = c.organization_id AND e.sequence = c.sequence
"""
_HEADS_AGAIN = """
UPDATE {wallets} w
   SET last_hash = coalesce((SELECT hash FROM {events} e
                              WHERE e.tenant_id = w.tenant_id AND e.organization_id = w.organization_id
                              ORDER BY sequence DESC LIMIT 1), $2)
 WHERE tenant_id = $1
"""
_LEDGERS = (
    ("wallets", "credit_events", "credit_event_content"),
    ("cash_wallets", "cash_events", "cash_event_content"),
)


def credit_content(row: Mapping[str, Any]) -> str:
    """What is hashed of a credit row."""
    internal = [
        row["tenant_id"],
        str(row["organization_id"]),
        *(row[name] for name in ("sequence", "included_delta", "prepaid_delta")),
        *(_text(row[name]) for name in ("transfer_id", "api_key_id", "operator_id")),
        row["request_id"],
    ]
    metadata = row["metadata"].items()
    return _json(
        [
            "credits/1",
            str(row["event_id"]),
            row["event_type"],
            row["included_delta"] + row["prepaid_delta"],
            row["included_after"] + row["prepaid_after"],
            row["prepaid_after"],
            row["usage_after"],
            _id("prj", row["project_id"]),
            _id("cnt", row["container_id"]),
            _text(row["job_id"]),
            row["format"],
            row["description"],
            dict(sorted(metadata, key=lambda item: (len(item[0].encode()), item[0].encode()))),
            format_milliseconds(row["created_at"]),
            _digest(internal),
        ]
    )


def cash_content(row: Mapping[str, Any]) -> str:
    """What is hashed of a cash row."""
    internal = [
        row["tenant_id"],
        str(row["organization_id"]),
        *(row[name] for name in ("currency", "sequence", "reference")),
        _text(row["operator_id"]),
        row["request_id"],
    ]
    start, end = row["period_start"], row["period_end"]
    return _json(
        [
            "cash/1",
            str(row["event_id"]),
            row["event_type"],
            row["amount_cents"],
            row["balance_after_cents"],
            _id("org", row["for_organization_id"]),
            _id("sa", row["social_account_id"]),
            _id("prj", row["project_id"]),
            row["lease_month"],
            None if start is None else format_seconds(start),
            None if end is None else format_seconds(end),
            row["description"],
            format_milliseconds(row["created_at"]),
            _digest(internal),
        ]
    )


async def broken_chains(connection: Connection | Pool, tenant_id: int) -> list[str]:
    """What does not hold in the chains of a tenant's wallets, in words; nothing when they are whole."""
    found: list[str] = []
    for wallets, events, _ in _LEDGERS:
        content_of = credit_content if events == "credit_events" else cash_content
        # In one statement, so from one snapshot: others may be adding rows.
        rows = await connection.fetch(
            f"""
            SELECT w.organization_id AS wallet, w.last_hash, e.*
              FROM {wallets} w
              LEFT JOIN {events} e
                ON e.tenant_id = w.tenant_id AND e.organization_id = w.organization_id
             WHERE w.tenant_id = $1 ORDER BY w.organization_id, e.sequence
            """,
            tenant_id,
        )
        by_wallet: dict[UUID, list[Row]] = {}
        for row in rows:
            by_wallet.setdefault(row["wallet"], []).append(row)
        for wallet, chain in by_wallet.items():
            written = [row for row in chain if row["sequence"] is not None]
            found += [
                f"{events} of {wallet}: {problem}"
                for problem in _problems(written, chain[0]["last_hash"], content_of)
            ]
    return found


def _problems(rows: Iterable[Row], last_hash: bytes, content_of: Any) -> Iterable[str]:
    before = GENESIS
    for row in rows:
        if row["previous_hash"] != before:
            yield f"event {row['sequence']} does not name the hash before it"
        before = hashlib.sha256(row["previous_hash"] + content_of(row).encode()).digest()
        if row["hash"] != before:
            yield f"event {row['sequence']} has not the hash of its content"
            before = row["hash"]
    if last_hash != before:
        yield "the wallet has not the hash of its newest event"


async def chain_again(connection: Connection, tenant_id: int) -> None:
    """Set the hashes of rows that were written past the functions, as these would have."""
    for wallets, events, content in _LEDGERS:
        statement = _CHAIN_AGAIN.format(events=events, content=content)
        await connection.execute(statement, tenant_id, GENESIS)
        statement = _HEADS_AGAIN.format(wallets=wallets, events=events)
        await connection.execute(statement, tenant_id, GENESIS)


def _json(value: list[Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _digest(value: list[Any]) -> str:
    return hashlib.sha256(_json(value).encode()).hexdigest()


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _id(prefix: Any, value: UUID | None) -> str | None:
    return None if value is None else format_id(prefix, value)
