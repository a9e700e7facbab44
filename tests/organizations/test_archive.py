"""`DELETE /v1/organizations/:orgId`: a child ends, and what it has comes back to its parent."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import granted, refused
from tests.support.installation import ago, handle, now, org_id, project_id
from tests.support.invariants import assert_books_balance
from tests.support.operations import (
    audit,
    events,
    read,
    release,
    settle,
    start,
    started,
    stored,
    subscribe,
)

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet


def path_of(child: Wallet) -> str:
    return f"/v1/organizations/{org_id(child)}"


async def archive(api: httpx2.AsyncClient, family: Family, child: Wallet) -> dict[str, Any]:
    """What archiving the child answers."""
    response = await api.delete(path_of(child), headers=family.partner_key.headers)
    archived: dict[str, Any] = granted(response)
    return archived


async def reasons(installation: Installation, wallet: Wallet) -> list[tuple[Any, ...]]:
    """Type, reason and both movements of the wallet's rows, oldest first."""
    async with installation.pool.acquire() as connection:
        rows = await events(connection, wallet)
    return [
        (row["event_type"], row["reason"], row["included_delta"], row["prepaid_delta"])
        for row in rows
    ]


async def test_an_archived_child(api: httpx2.AsyncClient, installation: Installation) -> None:
    family = await installation.family(prepaid=1_000, cash_cents=30_000)
    child = await installation.child(family.partner, prepaid=300)
    keys = [await installation.key(child, "*") for _ in range(2)]
    gone = await installation.key(child, "*", revoked_at=now())
    superseded = await installation.superseded_key(child, "*", grace_until=ago(hours=-1))
    await installation.lease(child, handle(), handle(), at=now())
    archived = await archive(api, family, child)
    assert list(archived) == [
        "id",
        "status",
        "archivedAt",
        "reclaimedCredits",
        "revokedApiKeys",
        "releasedLeasedAccounts",
    ]
    assert archived == {
        "id": org_id(child),
        "status": "archived",
        "archivedAt": archived["archivedAt"],
        "reclaimedCredits": 300,
        # With the successor that the superseded one has.
        "revokedApiKeys": 4,
        "releasedLeasedAccounts": 2,
    }
    for key in (*keys, gone, superseded):
        refused(await api.get("/v1/whoami", headers=key.headers), "UNAUTHENTICATED")
    headers = family.partner_key.headers
    shown = granted(await api.get(path_of(child), headers=headers))
    assert (shown["status"], shown["archivedAt"]) == ("archived", archived["archivedAt"])
    assert (shown["summary"]["balance"], shown["summary"]["available"]) == (0, 0)
    assert granted(await api.get("/v1/credits", headers=headers))["balance"] == 1_000
    assert (await reasons(installation, child))[-1] == ("allocation", "archive_sweep", 0, -300)
    assert (await reasons(installation, family.partner))[-1][3] == 300
    (row,) = await audit(installation.owner, family.partner, "organization.archived")
    assert row["organization_id"] == family.partner.organization_id
    assert row["details"] == {
        "organizationId": org_id(child),
        "reclaimedCredits": 300,
        "revokedApiKeys": 4,
        "releasedLeasedAccounts": 2,
    }
    await assert_books_balance(installation.owner, child.tenant_id)


async def test_archiving_again_answers_the_same(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=1_000)
    child = await installation.child(family.partner, prepaid=300)
    async with installation.pool.acquire() as connection:
        job = await started(connection, child, 100, now=now())
        first = await archive(api, family, child)
        assert first["reclaimedCredits"] == 200
        assert (await release(connection, child, job, now=now())).status == "done"
    assert await archive(api, family, child) == first
    assert len(await audit(installation.owner, child, "organization.archived")) == 1


async def test_a_suspended_child_can_be_archived(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await installation.set_status(family.child, "suspended")
    archived = await archive(api, family, family.child)
    assert archived == {
        **archived,
        "status": "archived",
        "reclaimedCredits": 0,
        "revokedApiKeys": 1,
        "releasedLeasedAccounts": 0,
    }


async def test_a_child_s_subscription_ends(installation: Installation) -> None:
    """Its unused allotment lapses, and no period brings a new one."""
    family = await installation.family()
    async with installation.pool.acquire() as connection:
        assert (await subscribe(connection, family.child, 500, now=now())).status == "done"
    await installation.set_status(family.child, "archived")
    async with installation.pool.acquire() as connection:
        wallet = await read(connection, family.child, now())
        terms = await stored(connection, family.child)
        later = await read(connection, family.child, now() + timedelta(days=70))
    assert (wallet.balance, terms["included_credits"]) == (0, 0)
    assert (later.balance, later.billing_status) == (0, "canceled")
    assert (await reasons(installation, family.child))[-1] == (
        "adjustment",
        "archive_lapse",
        -500,
        0,
    )
    await assert_books_balance(installation.owner, family.child.tenant_id)


# Jobs in flight ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("included", "prepaid", "reserved", "reclaimed", "charged", "later"),
    [
        # Without an allotment: what is free goes at once, the rest when it is free.
        (0, 300, 100, 200, 100, 0),
        (0, 300, 100, 200, 60, 40),
        (0, 300, 100, 200, 0, 100),
        (0, 100, 100, 0, None, 100),
        # Covered by the allotment alone: all prepaid goes, the rest of the allotment lapses.
        (200, 300, 100, 300, 40, 0),
        (200, 300, 100, 300, None, 0),
        # By both: prepaid beyond what may be needed goes; usage takes the allotment first.
        (80, 50, 120, 10, 120, 0),
        (80, 50, 120, 10, 100, 20),
        (80, 50, 120, 10, 30, 40),
        (80, 50, 120, 10, None, 40),
    ],
)
async def test_what_a_job_frees_goes_to_the_parent_then(
    api: httpx2.AsyncClient,
    installation: Installation,
    included: int,
    prepaid: int,
    reserved: int,
    reclaimed: int,
    charged: int | None,
    later: int,
) -> None:
    """``charged`` None: the job fails. ``later`` is swept then and is not in `reclaimedCredits`."""
    family = await installation.family(prepaid=1_000)
    child = await installation.child(family.partner, prepaid=prepaid)
    async with installation.pool.acquire() as connection:
        if included:
            assert (await subscribe(connection, child, included, now=now())).status == "done"
        job = await started(connection, child, reserved, now=now())
        first = await archive(api, family, child)
        assert first["reclaimedCredits"] == reclaimed
        between = await read(connection, child, now())
        assert (between.reserved, between.available) == (reserved, 0)
        partner = await read(connection, family.partner, now())
        assert partner.balance == 1_000 - prepaid + reclaimed

        if charged is None:
            outcome = await release(connection, child, job, now=now())
        else:
            outcome = await settle(connection, child, job, charged, now=now())
        assert outcome.status == "done", outcome
        wallet = await read(connection, child, now())
        partner = await read(connection, family.partner, now())
    assert (wallet.balance, wallet.reserved) == (0, 0)
    assert wallet.used_this_period == (charged or 0)
    assert partner.balance == 1_000 - prepaid + reclaimed + later
    assert await archive(api, family, child) == first
    await assert_books_balance(installation.owner, child.tenant_id)


async def test_no_job_starts_in_an_archived_child(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=100)
    child = await installation.child(family.partner, prepaid=100)
    await archive(api, family, child)
    async with installation.pool.acquire() as connection:
        _, outcome = await start(connection, child, 1, now=now())
    assert outcome.code == "KILL_SWITCH"


# At the same instant ----------------------------------------------------------------------------


async def test_of_many_archives_at_once_all_answer_the_same(
    api: httpx2.AsyncClient, local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=500, cash_cents=15_000)
    child = await installation.child(family.partner, prepaid=200)
    await installation.lease(child, handle(), at=now())
    answers = await asyncio.gather(
        *(archive(client, family, child) for client in (api, local_api) * 3)
    )
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["reclaimedCredits"] == 200
    assert len(await audit(installation.owner, child, "organization.archived")) == 1
    await assert_books_balance(installation.owner, child.tenant_id)


async def test_siblings_archived_at_once(
    api: httpx2.AsyncClient, local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=600)
    children = [await installation.child(family.partner, prepaid=100) for _ in range(6)]
    await asyncio.gather(
        *(
            archive((api, local_api)[place % 2], family, child)
            for place, child in enumerate(children)
        )
    )
    async with installation.pool.acquire() as connection:
        assert (await read(connection, family.partner, now())).balance == 600
    await assert_books_balance(installation.owner, family.partner.tenant_id)


async def test_an_archive_during_allocations_and_jobs(
    api: httpx2.AsyncClient, local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Each comes before it or after it; not a credit is lost or stays behind."""
    family = await installation.family(prepaid=1_000)
    child = await installation.child(family.partner, prepaid=100)

    async def allocate() -> httpx2.Response:
        return await local_api.post(
            f"{path_of(child)}/credits/allocate",
            json={"credits": 10},
            headers={**family.partner_key.headers, "Idempotency-Key": str(uuid4())},
        )

    async def work() -> None:
        async with installation.pool.acquire() as connection:
            job, outcome = await start(connection, child, 20, now=now())
            if outcome.status == "done":
                await settle(connection, child, job, 5, now=now())
            else:
                assert outcome.code == "KILL_SWITCH"

    for response in await asyncio.gather(
        *(allocate() for _ in range(6)),
        *(work() for _ in range(2)),
        api.delete(path_of(child), headers=family.partner_key.headers),
        *(allocate() for _ in range(6)),
        *(work() for _ in range(2)),
    ):
        if response is not None and response.status_code == 503:
            assert refused(response, "KILL_SWITCH") == {"scope": "organization"}
        elif response is not None:
            assert response.status_code in (200, 201), response.text
    async with installation.pool.acquire() as connection:
        wallet = await read(connection, child, now())
        partner = await read(connection, family.partner, now())
    assert (wallet.balance, wallet.reserved) == (0, 0)
    used = [row[3] for row in await reasons(installation, child) if row[0] == "usage"]
    assert partner.balance == 1_000 + sum(used)
    await assert_books_balance(installation.owner, child.tenant_id)


async def test_the_projects_of_an_archived_child_stay_where_they_are(
    api: httpx2.AsyncClient, family: Family
) -> None:
    await archive(api, family, family.child)
    shown = granted(await api.get(path_of(family.child), headers=family.partner_key.headers))
    assert shown["summary"]["projectCount"] == 1
    path = f"/v1/projects/{project_id(family.child)}"
    refused(await api.get(path, headers=family.partner_key.headers), "NOT_FOUND")
