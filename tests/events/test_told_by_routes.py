"""What routes write themselves: keys that are killed, and accounts that are revoked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.answers import granted, refused
from tests.support.installation import ago, handle, org_id, project_id
from tests.support.outbox import decoded, told
from tests.support.own_accounts import own_account

from partner_api.events.data_schemas import ApiKeyKilledData, SocialAccountRevokedData
from partner_api.ids import format_id

if TYPE_CHECKING:
    from tests.support.installation import Family, Key
    from tests.support.quiet import Quiet


def kill_path(key: Key) -> str:
    """Where a key is killed."""
    return f"/v1/api-keys/{format_id('key', key.key_id)}/kill"


async def test_a_killed_key_is_told_once(quiet: Quiet, quiet_family: Family) -> None:
    key = await quiet.installation.key(quiet_family.partner, "projects:read")
    headers = quiet_family.partner_key.headers | {"Idempotency-Key": str(uuid4())}
    for _ in range(2):
        granted(await quiet.api.post(kill_path(key), headers=headers))
    granted(await quiet.api.post(kill_path(key), headers=quiet_family.partner_key.headers))
    (event,) = await told(
        quiet.installation.owner, quiet_family.partner.tenant_id, "api_key.killed"
    )
    assert event.organization_id == quiet_family.partner.organization_id
    assert decoded(event) == ApiKeyKilledData(
        organization_id=org_id(quiet_family.partner),
        api_key_id=format_id("key", key.key_id),
        name="Key",
        prefix="_".join(key.text.split("_", 3)[:3]),
    )
    # A kill that was cleared is one again.
    granted(
        await quiet.api.post(
            kill_path(key).replace("/kill", "/rotate"), headers=quiet_family.partner_key.headers
        )
    )
    granted(await quiet.api.post(kill_path(key), headers=quiet_family.partner_key.headers))
    assert (
        len(await told(quiet.installation.owner, quiet_family.partner.tenant_id, "api_key.killed"))
        == 2
    )


async def test_two_kills_at_once_are_told_once(quiet: Quiet, quiet_family: Family) -> None:
    key = await quiet.installation.key(quiet_family.partner, "projects:read")
    headers = quiet_family.partner_key.headers
    answers = await asyncio.gather(
        *(quiet.api.post(kill_path(key), headers=headers) for _ in range(4))
    )
    for answer in answers:
        granted(answer)
    assert (
        len(await told(quiet.installation.owner, quiet_family.partner.tenant_id, "api_key.killed"))
        == 1
    )


async def test_a_child_s_key_that_its_partner_kills_is_told_to_the_child(
    quiet: Quiet, quiet_family: Family
) -> None:
    headers = quiet_family.partner_key.acting_for(quiet_family.child)
    granted(await quiet.api.post(kill_path(quiet_family.child_key), headers=headers))
    (event,) = await told(
        quiet.installation.owner, quiet_family.partner.tenant_id, "api_key.killed"
    )
    assert event.organization_id == quiet_family.child.organization_id


async def test_a_kill_that_is_refused_is_not_told(quiet: Quiet, quiet_family: Family) -> None:
    headers = quiet_family.child_key.headers
    refused(await quiet.api.post(kill_path(quiet_family.partner_key), headers=headers), "NOT_FOUND")
    weak = await quiet.installation.key(quiet_family.partner, "projects:read")
    response = await quiet.api.post(kill_path(quiet_family.partner_key), headers=weak.headers)
    refused(response, "FORBIDDEN_SCOPE")
    assert (
        await told(quiet.installation.owner, quiet_family.partner.tenant_id, "api_key.killed") == []
    )


async def test_a_revoked_account_is_told_once(quiet: Quiet, quiet_family: Family) -> None:
    account_id = await own_account(quiet.installation, quiet_family.child, at=ago(hours=1))
    path = f"/v1/social-accounts/{account_id}"
    headers = quiet_family.child_key.headers | {"Idempotency-Key": str(uuid4())}
    for _ in range(2):
        granted(await quiet.api.delete(path, headers=headers))
    granted(await quiet.api.delete(path, headers=quiet_family.child_key.headers))
    (event,) = await told(quiet.installation.owner, quiet_family.partner.tenant_id)
    assert event.event_type == "social_account.revoked"
    assert event.organization_id == quiet_family.child.organization_id
    assert decoded(event) == SocialAccountRevokedData(
        organization_id=org_id(quiet_family.child),
        social_account_id=account_id,
        project_id=project_id(quiet_family.child),
        handle="own.account",
    )


async def test_a_leased_account_is_not_revoked_and_nobody_else_s_is(
    quiet: Quiet,
) -> None:
    family = await quiet.installation.family(at=ago(days=1), cash_cents=20_000)
    (leased,) = await quiet.installation.lease(family.child, handle(), at=ago(hours=1))
    response = await quiet.api.delete(
        f"/v1/social-accounts/{leased}", headers=family.child_key.headers
    )
    refused(response, "CONFLICT")
    own = await own_account(quiet.installation, family.sibling, at=ago(hours=1))
    response = await quiet.api.delete(
        f"/v1/social-accounts/{own}", headers=family.child_key.headers
    )
    refused(response, "NOT_FOUND")
    tenant_id = family.partner.tenant_id
    assert await told(quiet.installation.owner, tenant_id, "social_account.revoked") == []
