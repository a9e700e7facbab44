"""The hash chains of both ledgers: each row from its content, its predecessor, and the wallet's head.

One statement per ledger for a batch of wallets, so from one snapshot: others may go on adding rows. It walks along the
rows in their order, keeps the hash of one of them at a time, and yields at most three findings per wallet: a chain that
is broken once is often broken often, and the first place says where to look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.reconciliation import chain_store
from partner_api.reconciliation.chain_store import GENESIS
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.chain_store import Chain, Ledger


async def broken_links(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID]
) -> AsyncGenerator[Mismatch]:
    """Yield what does not hold in the chains of these organizations' wallets, of both ledgers."""
    for ledger in chain_store.LEDGERS:
        for chain in await chain_store.read_chains(connection, ledger, tenant_id, organization_ids):
            for mismatch in _findings(tenant_id, ledger, chain):
                yield mismatch


def _findings(tenant_id: int, ledger: Ledger, chain: Chain) -> Iterator[Mismatch]:
    for rule, wrong in ((Rule.EVENT_HASH, chain.wrong_hash), (Rule.HASH_CHAIN, chain.wrong_link)):
        if wrong is not None:
            sequence, expected, stored = wrong
            subject = f"{ledger.event} {int(sequence)}"
            yield Mismatch(rule, tenant_id, chain.organization_id, subject, expected, stored)
    newest = GENESIS if chain.newest_hash is None else chain.newest_hash
    if chain.last_hash != newest:
        yield Mismatch(
            Rule.LAST_HASH,
            tenant_id,
            chain.organization_id,
            ledger.wallet,
            newest.hex(),
            chain.last_hash.hex(),
        )
