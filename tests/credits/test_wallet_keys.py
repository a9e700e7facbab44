"""Which wallet is asked for, and whether another question has the same answer."""

from __future__ import annotations

from uuid import uuid4

from partner_api.credits.store import WalletKey


def test_what_is_found_with_one_key_is_found_with_a_wider_one() -> None:
    partner_id, child_id = uuid4(), uuid4()
    found = WalletKey(1, child_id, partner_id)
    assert found.includes(found)
    assert found.includes(WalletKey(1, child_id))
    assert not found.includes(WalletKey(1, child_id, uuid4()))
    assert not found.includes(WalletKey(2, child_id))
    assert not found.includes(WalletKey(1, partner_id))
    assert not WalletKey(1, child_id).includes(found)
