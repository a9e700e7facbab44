"""Giving a leased account back, and disconnecting one that is not leased."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import ago, handle, now, project_id
from tests.support.operations import audit

from partner_api.ids import format_id, parse_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation, Key
    from tests.support.tenants import Wallet

PRICE_CENTS = 15_000
MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


def path_of(social_account_id: str) -> str:
    return f"/v1/leased-accounts/{social_account_id}"


async def leasing(
    installation: Installation, *, days: int = 0, cash_cents: int = 100_000
) -> tuple[Wallet, Key, str]:
    """A partner that leased an account so many days ago."""
    at = ago(days=days)
    partner = await installation.partner(at=at, cash_cents=cash_cents)
    (leased,) = await installation.lease(partner, handle(), at=at)
    return partner, await installation.key(partner, "leased:write", "social:read"), leased


async def test_it_is_given_back_at_once(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key, leased = await leasing(installation)
    response = await api.request(
        "DELETE", path_of(leased), json={"reason": "Campaign is over"}, headers=key.headers
    )
    released = granted(response)
    assert released == {
        "socialAccountId": leased,
        "status": "disconnected",
        "disconnectedReason": "released_by_partner",
        "disconnectedAt": released["disconnectedAt"],
    }
    path = f"/v1/projects/{project_id(partner)}"
    assert granted(await api.get(f"{path}/leased-accounts", headers=key.headers))["items"] == []
    gone = granted(
        await api.get(f"{path}/leased-accounts?status=disconnected", headers=key.headers)
    )["items"]
    assert [(item["socialAccountId"], item["nextRenewalAt"]) for item in gone] == [(leased, None)]
    assert gone[0]["disconnectedAt"] == released["disconnectedAt"]
    (social,) = granted(await api.get(f"{path}/social-accounts", headers=key.headers))["items"]
    assert social["status"] == "disconnected"
    (row,) = await audit(installation.owner, partner, "leased_account.released")
    assert row["details"]["note"] == "Campaign is over"
    kept = await installation.owner.fetchrow(
        "SELECT l.release_note, a.status FROM leases l JOIN pool_accounts a ON a.id = l.pool_account_id"
        " WHERE l.social_account_id = $1",
        parse_id("sa", leased),
    )
    assert kept is not None
    assert tuple(kept) == ("Campaign is over", "available")


async def test_nothing_is_given_back_for_the_month(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    _, key, leased = await leasing(installation)
    granted(await api.delete(path_of(leased), headers=key.headers))
    wallet = granted(await api.get("/v1/wallet", headers=key.headers))
    assert wallet["balanceCents"] == 100_000 - PRICE_CENTS
    assert wallet["upcomingRenewals"]["count"] == 0


async def test_again_is_404_but_a_replay_is_the_first_answer(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    _, key, leased = await leasing(installation)
    headers = {**key.headers, "Idempotency-Key": str(uuid4())}
    first = await api.delete(path_of(leased), headers=headers)
    granted(first)
    refused(await api.delete(path_of(leased), headers=key.headers), "NOT_FOUND")
    again = await api.delete(path_of(leased), headers=headers)
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")


async def test_the_handle_may_come_back_under_another_id(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key, leased = await leasing(installation)
    granted(await api.delete(path_of(leased), headers=key.headers))
    # What is bound to the old lease stays what it was.
    refused(await api.delete(path_of(leased), headers=key.headers), "NOT_FOUND")
    again = await installation.lease_again(partner, leased)
    assert again != leased
    assert (
        granted(await api.delete(path_of(again), headers=key.headers))["socialAccountId"] == again
    )


async def test_a_partner_releases_its_child_s_by_the_header(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(cash_cents=100_000)
    (leased,) = await installation.lease(family.child, handle(), at=now())
    refused(await api.delete(path_of(leased), headers=family.partner_key.headers), "NOT_FOUND")
    headers = family.partner_key.acting_for(family.child)
    granted(await api.delete(path_of(leased), headers=headers))


async def test_a_suspended_child_s_stay(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Suspension stops what changes something inside, not the lease."""
    family = await installation.family(cash_cents=100_000)
    (leased,) = await installation.lease(family.child, handle(), at=now())
    await installation.set_status(family.child, "suspended")
    headers = family.partner_key.acting_for(family.child)
    response = await api.delete(path_of(leased), headers=headers)
    assert refused(response, "KILL_SWITCH") == {"scope": "organization"}
    path = f"/v1/projects/{project_id(family.child)}/leased-accounts"
    assert len(granted(await api.get(path, headers=headers))["items"]) == 1


@pytest.mark.parametrize("reason", ["x" * 1025, 5])
async def test_what_is_no_reason(
    api: httpx2.AsyncClient, installation: Installation, reason: object
) -> None:
    _, key, leased = await leasing(installation)
    response = await api.request(
        "DELETE", path_of(leased), json={"reason": reason}, headers=key.headers
    )
    assert set(issues(response)) == {"reason"}


@pytest.mark.parametrize("name", ["sa_nonsense", f"sa_{MISSING}", MISSING])
async def test_what_is_no_lease(
    api: httpx2.AsyncClient, installation: Installation, name: str
) -> None:
    key = await installation.key(await installation.partner(), "leased:write")
    assert refused(await api.delete(path_of(name), headers=key.headers), "NOT_FOUND") == {}


async def connected(installation: Installation, wallet: Wallet) -> str:
    """An account of the customer's own, which no route connects yet."""
    account_id = uuid4()
    await installation.owner.execute(
        """
        INSERT INTO social_accounts
            (tenant_id, id, project_id, platform, handle, followers, leased, connected_at)
        VALUES ($1, $2, $3, 'tiktok', $4, 10, false, $5)
        """,
        wallet.tenant_id,
        account_id,
        wallet.project_id,
        handle(),
        now(),
    )
    return format_id("sa", account_id)


async def test_one_s_own_account_is_disconnected(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner = await installation.partner()
    key = await installation.key(partner, "social:write")
    own = await connected(installation, partner)
    first = granted(await api.delete(f"/v1/social-accounts/{own}", headers=key.headers))
    assert first == {
        "socialAccountId": own,
        "status": "disconnected",
        "disconnectedReason": "revoked_by_partner",
        "canceledScheduledPosts": 0,
        "disconnectedAt": first["disconnectedAt"],
    }
    assert granted(await api.delete(f"/v1/social-accounts/{own}", headers=key.headers)) == first
    (row,) = await audit(installation.owner, partner, "social_account.revoked")
    assert row["details"] == {"socialAccountId": own}


async def test_a_leased_one_is_released_instead(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, _, leased = await leasing(installation)
    key = await installation.key(partner, "social:write")
    response = await api.delete(f"/v1/social-accounts/{leased}", headers=key.headers)
    assert refused(response, "CONFLICT") == {
        "releaseWith": "DELETE /v1/leased-accounts/:socialAccountId"
    }


async def test_what_was_due_is_charged_first(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """In a database without a worker this is what a release does; here a worker may have been first."""
    at = now() - timedelta(days=32)
    partner = await installation.partner(at=at, cash_cents=100_000)
    (leased,) = await installation.lease(partner, handle(), at=at)
    key = await installation.key(partner, "leased:write")
    granted(await api.delete(path_of(leased), headers=key.headers))
    events = granted(await api.get("/v1/wallet/events", headers=key.headers))["items"]
    assert [(event["eventType"], event["leaseMonth"]) for event in events] == [
        ("lease_renewal", 1),
        ("lease_charge", 0),
        ("topup", None),
    ]
    assert UUID(events[0]["eventId"]).version == 7
