"""Bringing a new partner in: one organization id, a live and a test tenant."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import asyncpg
import msgspec

from partner_api.edge.credentials import TENANT_BITS
from partner_api.ids import new_uuid7
from partner_api.organizations import store

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.arguments import Caller
    from partner_api.database.connection import Connection


class Partner(msgspec.Struct, frozen=True):
    """A partner and the tenants it was given."""

    organization_id: UUID
    live_tenant_id: int
    test_tenant_id: int


async def onboard_partner(
    connection: Connection,
    now: datetime,
    *,
    name: str,
    billing_email: str | None,
    metadata: dict[str, str],
    rate_limit_tier: str,
    caller: Caller,
) -> Partner:
    """Create a partner in both environments; call it in a transaction.

    A tenant id is 40 random bits, so that it says nothing about how many partners there are. Among
    a thousand partners two ids are the same once in half a million times; then it draws again.
    """
    while True:
        partner = Partner(new_uuid7(now), _new_tenant_id(), _new_tenant_id())
        try:
            async with connection.transaction():
                for env, tenant_id in (
                    ("live", partner.live_tenant_id),
                    ("test", partner.test_tenant_id),
                ):
                    await store.create_partner(
                        connection,
                        tenant_id,
                        now,
                        organization_id=partner.organization_id,
                        env=env,
                        name=name,
                        billing_email=billing_email,
                        metadata=metadata,
                        rate_limit_tier=rate_limit_tier,
                        caller=caller,
                    )
        except asyncpg.UniqueViolationError:
            continue
        return partner


def _new_tenant_id() -> int:
    return secrets.randbelow((1 << TENANT_BITS) - 1) + 1
