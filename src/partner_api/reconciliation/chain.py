"""The hash chains of both ledgers: each row from its content, its predecessor, and the wallet's head.

One statement per ledger for a batch of wallets, so from one snapshot: others may go on adding rows. It walks along the
rows in their order, keeps the hash of one of them at a time, and gives at most three findings per wallet: a chain that
is broken once is often broken often, and the first place says where to look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence
    from uuid import UUID

    import asyncpg

    from partner_api.database.connection import Connection

GENESIS = bytes(32)
"""What stands before the first row of every wallet."""


class _Ledger(NamedTuple):
    """One of the ledgers, as the statement and the findings name it."""

    statement: str
    wallet: str
    event: str


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
         FROM (SELECT r.sequence, r.hash, r.previous_hash, {hash}(r) AS expected,
                      lag(r.hash, 1, $3::bytea) OVER (ORDER BY r.sequence) AS hash_before
                 FROM {events} r
                WHERE r.tenant_id = $1 AND r.organization_id = k.organization_id {currency}) s) e
 WHERE e.wrong_hash IS NOT NULL OR e.wrong_link IS NOT NULL
    OR w.last_hash <> coalesce(newest.hash, $3)
"""
_LEDGERS = (
    _Ledger(
        _WALK.format(
            wallets="wallets", events="credit_events", hash="credit_event_hash", currency=""
        ),
        "wallet",
        "event",
    ),
    _Ledger(
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


async def broken_links(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID]
) -> AsyncGenerator[Mismatch]:
    """What does not hold in the chains of these organizations' wallets, of both ledgers."""
    for ledger in _LEDGERS:
        for row in await connection.fetch(ledger.statement, tenant_id, organization_ids, GENESIS):
            for mismatch in _findings(tenant_id, ledger, row):
                yield mismatch


def _findings(tenant_id: int, ledger: _Ledger, row: asyncpg.Record) -> Iterator[Mismatch]:
    organization_id = row["organization_id"]
    for rule, found in ((Rule.EVENT_HASH, "wrong_hash"), (Rule.HASH_CHAIN, "wrong_link")):
        if row[found] is not None:
            sequence, expected, stored = row[found]
            subject = f"{ledger.event} {int(sequence)}"
            yield Mismatch(rule, tenant_id, organization_id, subject, expected, stored)
    newest: bytes = GENESIS if row["newest_hash"] is None else row["newest_hash"]
    last: bytes = row["last_hash"]
    if last != newest:
        yield Mismatch(
            Rule.LAST_HASH, tenant_id, organization_id, ledger.wallet, newest.hex(), last.hex()
        )
