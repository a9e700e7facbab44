"""SQL that walks along the hash chains of the two ledgers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from partner_api.database.rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from partner_api.database.connection import Connection

GENESIS = bytes(32)
"""What stands before the first row of every wallet."""


class Ledger(NamedTuple):
    """One of the ledgers, as the statement and the findings name it."""

    statement: str
    wallet: str
    event: str


class Chain(msgspec.Struct, frozen=True):
    """The chain of a wallet, if it does not hold.

    The first wrong link of each kind is three texts: its sequence, the hash that it should have, and the one that it
    has, in hexadecimal digits.
    """

    organization_id: UUID
    last_hash: bytes
    newest_hash: bytes | None
    """None without events."""
    wrong_hash: Sequence[str] | None
    wrong_link: Sequence[str] | None


# The first wrong one of each kind, with the hash that it should have and the one that it has. Numbers are padded, so
# that texts compare as they do.
_WALK = """
SELECT k.organization_id, w.last_hash, newest.hash AS newest_hash, e.*
  FROM unnest($2::uuid[]) AS k (organization_id)
 CROSS JOIN LATERAL (
       SELECT last_hash FROM {wallets}
        WHERE tenant_id = $1 AND organization_id = k.organization_id {currency} LIMIT 1) w
  LEFT JOIN LATERAL (
       SELECT hash FROM {events}
        WHERE tenant_id = $1 AND organization_id = k.organization_id {currency}
        ORDER BY sequence DESC LIMIT 1) newest ON true
 CROSS JOIN LATERAL (
       SELECT min(ARRAY[lpad(s.sequence::text, 20, '0'), encode(s.expected, 'hex'), encode(s.hash, 'hex')])
                  FILTER (WHERE s.hash <> s.expected) AS wrong_hash,
              min(ARRAY[lpad(s.sequence::text, 20, '0'), encode(s.hash_before, 'hex'),
                        encode(s.previous_hash, 'hex')])
                  FILTER (WHERE s.previous_hash <> s.hash_before) AS wrong_link
         FROM (SELECT r.sequence, r.hash, r.previous_hash, {hash}(ROW(r.*)::{events}) AS expected,
                      lag(r.hash, 1, $3::bytea) OVER (ORDER BY r.sequence) AS hash_before
                 FROM {events} r
                WHERE r.tenant_id = $1 AND r.organization_id = k.organization_id {currency}) s) e
 WHERE e.wrong_hash IS NOT NULL OR e.wrong_link IS NOT NULL
    OR w.last_hash <> coalesce(newest.hash, $3)
"""
LEDGERS = (
    Ledger(
        _WALK.format(
            wallets="wallets", events="credit_events", hash="credit_event_hash", currency=""
        ),
        "wallet",
        "event",
    ),
    Ledger(
        _WALK.format(
            wallets="cash_wallets",
            events="cash_events",
            hash="cash_event_hash",
            currency="AND currency = 'USD'",
        ),
        "cash wallet",
        "cash event",
    ),
)


async def read_chains(
    connection: Connection, ledger: Ledger, tenant_id: int, organization_ids: Sequence[UUID]
) -> list[Chain]:
    """Return the chains of these organizations' wallets that do not hold."""
    rows = await connection.fetch(ledger.statement, tenant_id, organization_ids, GENESIS)
    return read_rows(Chain, rows)
