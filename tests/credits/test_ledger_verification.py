"""The hashes of both ledgers over HTTP, and the program of docs/verify-your-ledger.md as a partner runs it."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.docs.pages import ROOT, blocks_of
from tests.support.answers import granted, refused
from tests.support.chains import chain_again
from tests.support.installation import ago, handle, now, org_id
from tests.support.operations import allocate, settle, spend, started
from tests.support.serving import environment
from tests.support.shifted import shifted

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM
from partner_api.leases.operator_store import renew

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2
    from tests.support.installation import Family, Installation, Key
    from tests.support.serving import Service
    from tests.support.tenants import Wallet

CREDITS = "/v1/credits/events"
CASH = "/v1/wallet/events"
ZEROS = "0" * 64
(PROGRAM,) = [
    block.text
    for block in blocks_of(ROOT / "docs" / "verify-your-ledger.md")
    if block.language == "python"
]
# Whatever a description may hold: what JSON escapes, what it need not, and characters of every length.
TEXT = 'Quote " slash \\ / line\n tab\t bell\x07 del\x7f é 漢 🎉 \u2028 <&>'


@pytest.fixture
async def family(installation: Installation) -> Family:
    """A partner with credits and cash, and a ledger of each with something of everything in it."""
    family = await installation.family(at=ago(days=70), prepaid=5_000, cash_cents=300_000)
    async with installation.pool.acquire() as connection:
        await allocate(connection, family.child, 300, now=ago(days=69))
        # In one commit: in between, the server would see a claim that has been silent for 40 days. As the owner: on a
        # cluster, what is done in a transaction is done by one role.
        async with installation.owner.acquire() as owner, owner.transaction():
            await spend(owner, family.partner, 35, now=ago(days=40))
        jobs = [await started(connection, family.partner, 5, now=now()) for _ in range(3)]
        for job in jobs:
            await settle(connection, family.partner, job, 5, now=now())
        await credit.post(connection, family.partner.tenant_id, now(), [_grant(family.partner)])
        await spend(connection, family.child, 120, now=now())
    for _ in range(2):
        await installation.lease(family.partner, handle(), at=ago(days=65))
    async with installation.owner.acquire() as connection:
        # What the server has not renewed yet, so that nothing comes unasked from here on.
        await renew(connection, [family.partner.tenant_id], now(), 1000)
    return family


def _grant(wallet: Wallet) -> credit.CreditPosting:
    metadata = {"zz": "1", "a": "2", "é": TEXT, "key two": "", "B": TEXT * 3}
    return credit.CreditPosting(
        wallet.organization_id, "grant", 7, None, TEXT, metadata, SYSTEM, None
    )


class Verified:
    """How a run of the program ended, and what it said."""

    def __init__(self, status: int | None, output: str) -> None:
        self.whole = status == 0
        self.output = output.strip()

    @property
    def head(self) -> list[str]:
        """What one is told to keep: the hash and the number of events."""
        assert self.whole, self.output
        return self.output.split()[-2:]


async def verify(server: Service, folder: Path, key: Key, path: str, *kept: str) -> Verified:
    """Run the program of the page."""
    program = folder / "verify_ledger.py"
    program.write_text(PROGRAM, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(program),
        path,
        *kept,
        env=environment({"URL": server.base_url, "KEY": key.text}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return Verified(process.returncode, output.decode())


async def everything(api: httpx2.AsyncClient, key: Key, path: str) -> list[dict[str, Any]]:
    """All events of a ledger, newest first, page by page."""
    events: list[dict[str, Any]] = []
    query: dict[str, str] = {"limit": "3"}
    while True:
        page = granted(await api.get(path, params=query, headers=key.headers))
        events += page["items"]
        if page["nextCursor"] is None:
            return events
        query["cursor"] = page["nextCursor"]


@pytest.mark.parametrize("ledger", ["own", "child's", "cash"])
async def test_each_event_names_the_hash_before_it_and_the_head_is_the_newest(
    api: httpx2.AsyncClient, family: Family, ledger: str
) -> None:
    key = family.partner_key
    path = {
        "own": CREDITS,
        "child's": f"/v1/organizations/{org_id(family.child)}/credits/events",
        "cash": CASH,
    }[ledger]
    events = await everything(api, key, path)
    assert len(events) >= 2
    assert [event["previousHash"] for event in events] == [
        *(event["hash"] for event in events[1:]),
        ZEROS,
    ]
    assert granted(await api.get(f"{path}/verify", headers=key.headers)) == {
        "organizationId": org_id(family.child if ledger == "child's" else family.partner),
        "eventsCount": len(events),
        "headHash": events[0]["hash"],
        "headEventId": events[0]["eventId"],
    }


async def test_the_head_of_an_empty_ledger(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner = await installation.partner()
    key = await installation.key(partner, "leased:write")
    for path in (CREDITS, CASH):
        head = granted(await api.get(f"{path}/verify", headers=key.headers))
        assert head == {
            "organizationId": org_id(partner),
            "eventsCount": 0,
            "headHash": ZEROS,
            "headEventId": None,
        }


async def test_the_head_is_where_the_list_is(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """A child reads its own, also archived, its parent reads it too, nobody else does; cash is the partner's."""
    childs = f"/v1/organizations/{org_id(family.child)}/credits/events/verify"
    read = await api.get(f"{CREDITS}/verify", headers=family.child_key.headers)
    head = granted(read)
    assert granted(await api.get(childs, headers=family.partner_key.headers)) == head
    refused(await api.get(f"{CASH}/verify", headers=family.child_key.headers), "NOT_FOUND")
    stranger = (await installation.family()).partner_key
    refused(await api.get(childs, headers=stranger.headers), "NOT_FOUND")
    # What is left goes to the partner, which is one more event.
    await installation.set_status(family.child, "archived")
    archived = granted(await api.get(childs, headers=family.partner_key.headers))
    assert archived["eventsCount"] == head["eventsCount"] + 1


async def test_what_an_operator_posts_is_answered_as_the_list_shows_it(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    finance = await installation.operator("finance")
    base = f"/ops/v1/organizations/{org_id(family.partner)}"
    for route, body, path in (
        ("credits/grant", {"credits": 5, "description": TEXT, "metadata": {"b": TEXT}}, CREDITS),
        ("cash/topup", {"amountCents": 5, "description": TEXT, "reference": TEXT}, CASH),
    ):
        headers = {**finance, "Idempotency-Key": str(uuid4())}
        answers = [
            granted(await api.post(f"{base}/{route}", json=body, headers=headers)) for _ in range(2)
        ]
        page = granted(await api.get(path, headers=family.partner_key.headers))
        assert answers[0]["event"] == answers[1]["event"] == page["items"][0]


@pytest.mark.parametrize("path", [CREDITS, CASH])
async def test_a_partner_verifies_its_ledger_and_goes_on_from_there(
    server: Service,
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    tmp_path: Path,
    path: str,
) -> None:
    key = family.partner_key
    events = await everything(api, key, path)
    head = (await verify(server, tmp_path, key, path)).head
    assert head == [events[0]["hash"], str(len(events))]
    assert (await verify(server, tmp_path, key, path, *head)).head == head

    async with installation.pool.acquire() as connection:
        await spend(connection, family.partner, 3, now=now())
    await installation.lease(family.partner, handle(), at=now())
    later = (await verify(server, tmp_path, key, path, *head)).head
    assert later == [(await everything(api, key, path))[0]["hash"], str(len(events) + 1)]


async def test_a_partner_verifies_a_child_s_ledger_and_that_of_a_test_environment(
    server: Service, installation: Installation, family: Family, tmp_path: Path
) -> None:
    path = f"/v1/organizations/{org_id(family.child)}/credits/events"
    assert (await verify(server, tmp_path, family.partner_key, path)).whole
    tests = await installation.key(await installation.test_tenant(family.partner), "*", env="test")
    assert (await verify(server, tmp_path, tests, CREDITS)).head[1] == "1"


_OTHER = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


@pytest.mark.parametrize(
    ("table", "assignment"),
    [
        ("credit_events", "description = 'Other'"),
        ("credit_events", "prepaid_delta = prepaid_delta - 1"),
        ("credit_events", 'metadata = \'{"reason": "none"}\''),
        ("credit_events", f"job_id = '{_OTHER}'"),
        ("credit_events", "created_at = " + shifted("created_at", "+ interval '1 millisecond'")),
        # What the API does not show is in the digest that it shows.
        ("credit_events", f"operator_id = '{_OTHER}'"),
        ("credit_events", "request_id = 'req_other'"),
        ("cash_events", "amount_cents = amount_cents - 1"),
        ("cash_events", "period_end = " + shifted("period_end", "+ interval '1 second'")),
        ("cash_events", "reference = 'Other'"),
    ],
)
async def test_a_partner_finds_a_changed_row(
    server: Service,
    installation: Installation,
    family: Family,
    tmp_path: Path,
    table: str,
    assignment: str,
) -> None:
    path = CREDITS if table == "credit_events" else CASH
    assert (await verify(server, tmp_path, family.partner_key, path)).whole
    event_id = await installation.owner.fetchval(
        f"""
        UPDATE {table} SET {assignment}
         WHERE tenant_id = $1 AND organization_id = $2 AND sequence = 3 RETURNING event_id
        """,
        family.partner.tenant_id,
        family.partner.organization_id,
    )
    found = await verify(server, tmp_path, family.partner_key, path)
    assert not found.whole
    assert f"event {event_id} is not what it was" in found.output


async def test_a_partner_finds_a_missing_row_and_a_chain_that_was_made_anew(
    server: Service, installation: Installation, family: Family, tmp_path: Path
) -> None:
    head = (await verify(server, tmp_path, family.partner_key, CREDITS)).head
    async with installation.owner.acquire() as connection:
        await connection.execute(
            "UPDATE credit_events SET description = 'Other' WHERE tenant_id = $1 AND sequence = 2",
            family.partner.tenant_id,
        )
        await chain_again(connection, family.partner.tenant_id)
        # All hashes fit again, but not the head that was kept.
        assert (await verify(server, tmp_path, family.partner_key, CREDITS)).whole
        found = await verify(server, tmp_path, family.partner_key, CREDITS, *head)
        assert not found.whole
        assert f"the events do not lead back to {head[0]}" in found.output
        await connection.execute(
            "DELETE FROM credit_events WHERE tenant_id = $1 AND organization_id = $2 AND sequence = 1",
            family.partner.tenant_id,
            family.partner.organization_id,
        )
    found = await verify(server, tmp_path, family.partner_key, CREDITS)
    assert not found.whole
    assert "were found" in found.output


async def test_the_operator_is_told_of_a_changed_row(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    viewer = await installation.operator("viewer")
    path = f"/ops/v1/reconciliation?organizationId={org_id(family.partner)}"
    assert granted(await api.get(path, headers=viewer))["mismatches"] == []
    await installation.owner.execute(
        "UPDATE cash_events SET reference = 'Other' WHERE tenant_id = $1 AND sequence = 2",
        family.partner.tenant_id,
    )
    (mismatch,) = granted(await api.get(path, headers=viewer))["mismatches"]
    assert (mismatch["rule"], mismatch["subject"]) == ("event_hash", "cash event 2")
    assert mismatch["expected"] != mismatch["found"]
