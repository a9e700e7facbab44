"""A visitor of the demo, who sends what it prints."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
from tests.support.invariants import assert_books_balance

from partner_api.clock import Clock, format_seconds, parse_timestamp
from partner_api.crypto import SecretKeys
from partner_api.demo.service import Demo, ensure_demo
from partner_api.edge.asgi import Edge
from partner_api.ids import format_id
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


KEYS = SecretKeys.parse(f"k1:{secrets.token_hex(32)}")


class StoppedClock(Clock):
    """Says what it is told to."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


class Visitor:
    """Starts the demo at some time, and looks at it then."""

    def __init__(
        self, app: Edge, connection: Connection, folder: Path, clock: StoppedClock
    ) -> None:
        self.connection = connection
        self.folder = folder
        self._clock = clock
        self._http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://layers"
        )

    async def start(self, now: datetime) -> Demo:
        self._clock.at = now
        return await ensure_demo(self.connection, now, KEYS, self.folder)

    async def get(self, path: str, secret: str) -> httpx2.Response:
        return await self._http.get(path, headers={"Authorization": f"Bearer {secret}"})

    async def patch(self, path: str, secret: str, body: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {secret}"}
        answer = await self._http.patch(path, headers=headers, json=body)
        assert answer.status_code == 200, answer.text

    async def wallet(self, demo: Demo) -> dict[str, Any]:
        path = f"/v1/organizations/{format_id('org', demo.child_id)}/credits"
        answer = await self.get(path, demo.secrets.partner_key)
        assert answer.status_code == 200, answer.text
        wallet: dict[str, Any] = answer.json()
        return wallet

    async def leases(self, demo: Demo) -> list[dict[str, Any]]:
        path = f"/v1/projects/{format_id('prj', demo.project_id)}/leased-accounts"
        answer = await self.get(path, demo.secrets.partner_key)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def assert_the_numbers_of_the_pages(self, demo: Demo) -> None:
        now = self._clock.at
        wallet = await self.wallet(demo)
        assert (
            wallet.items()
            >= {
                "balance": 6000,
                "available": 5880,
                "includedRemaining": 600,
                "prepaidBalance": 5400,
                "reservedCredits": 120,
                "includedThisPeriod": 1000,
                "usedThisPeriod": 400,
                "subscriptionTier": "pro",
                "billingStatus": "active",
            }.items()
        )
        period = wallet["currentPeriod"]
        assert parse_timestamp(period["start"]) <= now < parse_timestamp(period["end"])
        leases = await self.leases(demo)
        assert [(lease["handle"], lease["followers"]) for lease in leases] == [
            ("coffee.reviews.daily", 12840),
            ("brew.at.home", 8412),
        ]
        for lease in leases:
            assert lease["monthlyPriceCents"] == 15000
            assert lease["assignedAt"] <= format_seconds(now)
            assert parse_timestamp(lease["nextRenewalAt"]) > now
        await self.assert_books_balance()

    async def assert_books_balance(self) -> None:
        for row in await self.connection.fetch("SELECT id FROM tenants"):
            await assert_books_balance(self.connection, row["id"])
        assert (await reconcile(self.connection, self._clock.at)).mismatches == []

    async def contents(self) -> dict[str, str]:
        """A digest of every table."""
        tables = await self.connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p')"
        )
        return {
            name: await self.connection.fetchval(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t"
            )
            for (name,) in tables
        }
