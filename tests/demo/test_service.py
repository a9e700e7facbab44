"""The demo shows the numbers of the published pages, on whatever day it is started."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.demo.visitor import KEYS, StoppedClock, Visitor
from tests.support.databases import DatabaseUrls, make_database

from partner_api.app import create_app
from partner_api.clock import parse_timestamp
from partner_api.database.connection import connect
from partner_api.demo.credentials import read_demo_secrets
from partner_api.edge.asgi import Edge
from partner_api.ids import format_id
from partner_api.processes.startup import StartupError
from partner_api.services import open_services
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


SETTINGS = load_settings({"LAYERS_DEVELOPMENT": "true", "LAYERS_LOG_LEVEL": "error"})
JUNE = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def app() -> Edge:
    return create_app(SETTINGS)


@pytest.fixture
def urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest_asyncio.fixture
async def visitor(urls: DatabaseUrls, app: Edge, tmp_path: Path) -> AsyncIterator[Visitor]:
    clock = StoppedClock(JUNE)
    app.services = await open_services(SETTINGS, clock, KEYS, urls.app)
    connection = await connect(urls.app)
    yield Visitor(app, connection, tmp_path, clock)
    await connection.close()
    await app.services.pool.close()


async def test_the_page_of_the_wallet(visitor: Visitor) -> None:
    demo = await visitor.start(JUNE)
    assert list((await visitor.wallet(demo)).items()) == [
        ("organizationId", format_id("org", demo.child_id)),
        ("balance", 6000),
        ("available", 5880),
        ("includedRemaining", 600),
        ("prepaidBalance", 5400),
        ("reservedCredits", 120),
        ("includedThisPeriod", 1000),
        ("usedThisPeriod", 400),
        (
            "currentPeriod",
            {
                "start": "2026-06-01T00:00:00.000Z",
                "end": "2026-07-01T00:00:00.000Z",
                "usedCredits": 400,
            },
        ),
        ("subscriptionTier", "pro"),
        ("billingStatus", "active"),
        (
            "estimatedCreditsPerFormat",
            {
                "slideshow_builder": 50,
                "slideshow_remix": 50,
                "video_remix": 120,
                "ugc_remix": 120,
                "auto": 120,
            },
        ),
        ("ingestCostsBilled", {"github": False, "website": False, "appstore": False}),
    ]
    await visitor.assert_the_numbers_of_the_pages(demo)


async def test_the_page_of_the_leased_accounts(visitor: Visitor) -> None:
    demo = await visitor.start(datetime(2026, 5, 10, tzinfo=UTC))
    leases = await visitor.leases(demo)
    for lease, handle, followers in zip(
        leases, ("coffee.reviews.daily", "brew.at.home"), (12840, 8412), strict=True
    ):
        assert lease["socialAccountId"].startswith("sa_")
        assert list(lease.items())[1:9] == [
            ("projectId", format_id("prj", demo.project_id)),
            ("handle", handle),
            ("platform", "tiktok"),
            ("followers", followers),
            ("status", "assigned"),
            ("assignedAt", "2026-04-20T16:12:02Z"),
            ("nextRenewalAt", "2026-05-20T16:12:02Z"),
            ("monthlyPriceCents", 15000),
        ]
    await visitor.assert_the_numbers_of_the_pages(demo)


@pytest.mark.parametrize(
    "now",
    [
        "2026-06-01T00:00:00Z",
        "2026-06-30T23:59:59.999Z",
        "2027-01-31T12:00:00Z",
        "2028-02-29T08:30:00Z",
        "2026-06-20T16:12:02Z",
        "2026-06-20T16:12:01Z",
    ],
)
async def test_any_day_will_do(visitor: Visitor, now: str) -> None:
    await visitor.assert_the_numbers_of_the_pages(await visitor.start(parse_timestamp(now)))


@pytest.mark.parametrize(
    ("made", "later"),
    [
        ("2026-06-15T12:00:00Z", timedelta(hours=25)),
        ("2026-06-30T12:00:00Z", timedelta(hours=25)),
        ("2026-06-15T12:00:00Z", timedelta(days=30)),
        ("2027-01-31T12:00:00Z", timedelta(days=151)),
    ],
)
async def test_what_expired_is_renewed_by_the_next_start(
    visitor: Visitor, made: str, later: timedelta
) -> None:
    first = await visitor.start(parse_timestamp(made))
    again = await visitor.start(parse_timestamp(made) + later)
    assert again == first
    await visitor.assert_the_numbers_of_the_pages(again)


async def test_another_start_changes_nothing(visitor: Visitor) -> None:
    first = await visitor.start(JUNE)
    file = visitor.folder / "demo-credentials.json"
    contents, kept = await visitor.contents(), file.read_text()
    assert contents["credit_events"] != contents["cash_events"]
    assert await visitor.start(JUNE + timedelta(hours=1)) == first
    assert await visitor.contents() == contents
    assert file.read_text() == kept
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("lose", [Path.unlink, lambda file: file.write_text("{}")])
async def test_lost_secrets_are_replaced(visitor: Visitor, lose: Callable[[Path], Any]) -> None:
    first = await visitor.start(JUNE)
    lose(visitor.folder / "demo-credentials.json")
    assert read_demo_secrets(visitor.folder) is None

    second = await visitor.start(JUNE)
    assert read_demo_secrets(visitor.folder) == second.secrets
    assert second.secrets.partner_key != first.secrets.partner_key
    assert (await visitor.get("/v1/whoami", second.secrets.partner_key)).status_code == 200
    for secret, status in ((first.secrets, 401), (second.secrets, 200)):
        answer = await visitor.get("/ops/v1/organizations", secret.operator_token)
        assert answer.status_code == status
    await visitor.assert_the_numbers_of_the_pages(second)


@pytest.mark.parametrize("change", ["revoked_at = now()", "kill_switch = true"])
async def test_a_key_that_no_longer_works_is_replaced(visitor: Visitor, change: str) -> None:
    first = await visitor.start(JUNE)
    await visitor.connection.execute(f"UPDATE api_keys SET {change}")
    second = await visitor.start(JUNE)
    assert second.secrets.partner_key != first.secrets.partner_key
    assert second.secrets.operator_token == first.secrets.operator_token
    await visitor.assert_the_numbers_of_the_pages(second)


async def test_a_visitor_may_change_things(visitor: Visitor) -> None:
    demo = await visitor.start(JUNE)
    child = f"/v1/organizations/{format_id('org', demo.child_id)}"
    cap = {"monthlyCreditCap": 100}
    await visitor.patch(f"{child}/credit-config", demo.secrets.partner_key, cap)

    july = JUNE + timedelta(days=30)
    assert await visitor.start(july) == demo
    wallet = await visitor.wallet(demo)
    assert (wallet["usedThisPeriod"], wallet["includedRemaining"]) == (100, 900)

    partner = f"/ops/v1/organizations/{format_id('org', demo.partner_id)}"
    await visitor.patch(partner, demo.secrets.operator_token, {"status": "suspended"})
    assert await visitor.start(july + timedelta(days=31)) == demo
    answer = await visitor.get(f"{child}/credits", demo.secrets.partner_key)
    assert answer.status_code == 503
    await visitor.assert_books_balance()


async def demo_marks(connection: Connection) -> tuple[set[bool], set[bool]]:
    """Which marks API keys and operators who are not revoked have."""
    keys = await connection.fetch("SELECT demo FROM api_keys")
    operators = await connection.fetch("SELECT demo FROM operators WHERE revoked_at IS NULL")
    return {row["demo"] for row in keys}, {row["demo"] for row in operators}


async def test_its_credentials_are_marked(visitor: Visitor) -> None:
    await visitor.start(JUNE)
    assert await demo_marks(visitor.connection) == ({True}, {True})


async def test_a_start_marks_what_an_earlier_version_made(visitor: Visitor) -> None:
    """What is in the file; and the key of a file that was lost, which works all the same."""
    await visitor.start(JUNE)
    (visitor.folder / "demo-credentials.json").unlink()
    second = await visitor.start(JUNE)
    for table in ("api_keys", "operators"):
        await visitor.connection.execute(f"UPDATE {table} SET demo = false")
    assert await visitor.start(JUNE) == second
    assert await demo_marks(visitor.connection) == ({True}, {True})


async def test_it_is_not_made_in_a_production_database(visitor: Visitor) -> None:
    await visitor.connection.execute("UPDATE installation SET ever_production = true")
    with pytest.raises(StartupError, match="used without development mode"):
        await visitor.start(JUNE)
    assert await visitor.connection.fetchval("SELECT count(*) FROM tenants") == 0
    assert read_demo_secrets(visitor.folder) is None
