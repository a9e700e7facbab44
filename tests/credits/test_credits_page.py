"""`GET /v1/organizations/:orgId/credits`, as its page says, and `GET /v1/credits`, which is the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.properties.calendar_model import add_months
from tests.support.answers import granted, issues, refused, without_request_id
from tests.support.installation import EVERYTHING, now, org_id
from tests.support.operations import allocate, post, spend, started, subscribe

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


def month_start() -> datetime:
    return now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)


async def the_page_s_child(installation: Installation) -> tuple[Wallet, Wallet]:
    """A partner, and a child with the history that ends in the page's numbers."""
    begin = month_start()
    partner = await installation.partner(at=begin, prepaid=10_000)
    child = await installation.child(partner, at=begin)
    async with installation.pool.acquire() as connection:
        await subscribe(connection, child, 1000, now=begin, started_on=begin.date())
        await allocate(connection, child, 5400, now=begin)
        # Now: of a job that was claimed at the begin, the server may end the claim before it is complete.
        await spend(connection, child, 400, now=now())
        await started(connection, child, 120, now=now())
    return partner, child


def the_page(child: Wallet) -> dict[str, Any]:
    begin = month_start()
    end = add_months(begin.date(), 1)
    return {
        "organizationId": org_id(child),
        "balance": 6000,
        "available": 5880,
        "includedRemaining": 600,
        "prepaidBalance": 5400,
        "reservedCredits": 120,
        "includedThisPeriod": 1000,
        "usedThisPeriod": 400,
        "currentPeriod": {
            "start": f"{begin:%Y-%m-%d}T00:00:00.000Z",
            "end": f"{end:%Y-%m-%d}T00:00:00.000Z",
            "usedCredits": 400,
        },
        "subscriptionTier": "pro",
        "billingStatus": "active",
        "estimatedCreditsPerFormat": {
            "slideshow_builder": 50,
            "slideshow_remix": 50,
            "video_remix": 120,
            "ugc_remix": 120,
            "auto": 120,
        },
        "ingestCostsBilled": {"github": False, "website": False, "appstore": False},
    }


def child_path(child: Wallet) -> str:
    return f"/v1/organizations/{org_id(child)}/credits"


async def test_the_page(api: httpx2.AsyncClient, installation: Installation) -> None:
    """Its numbers, its fields and their order, from a ledger that holds them."""
    partner, child = await the_page_s_child(installation)
    key = await installation.key(partner, "org:admin")
    response = await api.get(child_path(child), headers=key.headers)
    assert granted(response) == the_page(child)
    assert response.text == json.dumps(the_page(child), separators=(",", ":"))


async def test_the_same_wallet_from_every_side(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Read by the parent, by the child itself, and by the parent as the child."""
    partner, child = await the_page_s_child(installation)
    admin = await installation.key(partner, "org:admin")
    own = await installation.key(child)
    by_path = await api.get(child_path(child), headers=admin.headers)
    assert granted(by_path) == the_page(child)
    assert (await api.get("/v1/credits", headers=own.headers)).content == by_path.content
    inside = await api.get("/v1/credits", headers=admin.acting_for(child))
    assert inside.content == by_path.content


async def test_the_partner_s_own_wallet_has_the_same_fields(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, child = await the_page_s_child(installation)
    key = await installation.key(partner)
    own = granted(await api.get("/v1/credits", headers=key.headers))
    assert list(own) == list(the_page(child))
    assert own["organizationId"] == org_id(partner)
    assert own["prepaidBalance"] == own["balance"] == own["available"] == 10_000 - 5400


async def test_nothing_running_reserves_nothing(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    wallet = granted(await api.get("/v1/credits", headers=family.child_key.headers))
    assert wallet["reservedCredits"] == 0
    assert wallet["available"] == wallet["balance"] == 0


async def test_without_a_subscription(api: httpx2.AsyncClient, installation: Installation) -> None:
    """Free and active, with nothing included; the period runs from the day of creation."""
    created = now() - timedelta(days=3)
    partner = await installation.partner(at=created)
    key = await installation.key(partner)
    wallet = granted(await api.get("/v1/credits", headers=key.headers))
    assert (wallet["subscriptionTier"], wallet["billingStatus"]) == ("free", "active")
    assert wallet["includedThisPeriod"] == wallet["includedRemaining"] == 0
    assert wallet["currentPeriod"] == {
        "start": f"{created:%Y-%m-%d}T00:00:00.000Z",
        "end": f"{add_months(created.date(), 1)}T00:00:00.000Z",
        "usedCredits": 0,
    }


async def test_reading_a_wallet_whose_period_is_over_shows_the_next(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """What was left has lapsed and a new allotment is there, written once, whoever reads how often."""
    begin = month_start()
    last_month = datetime.combine(add_months(begin.date(), -1), datetime.min.time(), UTC)
    partner = await installation.partner(at=last_month, prepaid=100)
    child = await installation.child(partner, at=last_month)
    admin = await installation.key(partner, "org:admin")
    async with installation.pool.acquire() as connection:
        await subscribe(connection, child, 300, now=last_month, started_on=last_month.date())
        await spend(connection, child, 20, now=last_month)
    read = [granted(await api.get(child_path(child), headers=admin.headers)) for _ in range(3)]
    assert read[0] == read[1] == read[2]
    assert read[0]["includedRemaining"] == read[0]["includedThisPeriod"] == 300
    assert read[0]["usedThisPeriod"] == 0
    assert read[0]["currentPeriod"]["start"] == format_milliseconds(begin)
    ledger = granted(await api.get(f"{child_path(child)}/events", headers=admin.headers))["items"]
    assert [(event["eventType"], event["credits"]) for event in ledger] == [
        ("grant", 300),
        ("adjustment", -280),
        ("usage", -20),
        ("grant", 300),
    ]
    assert sum(event["credits"] for event in ledger) == read[0]["balance"]


async def test_the_operator_s_prices_for_a_partner(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await installation.owner.execute(
        "UPDATE organizations SET format_prices = $1 WHERE tenant_id = $2 AND parent_id IS NULL",
        {"video_remix": 90},
        family.partner.tenant_id,
    )
    expected = {**the_page(family.child)["estimatedCreditsPerFormat"], "video_remix": 90}
    for path in ("/v1/credits", child_path(family.child)):
        wallet = granted(await api.get(path, headers=family.partner_key.headers))
        assert wallet["estimatedCreditsPerFormat"] == expected


async def test_the_largest_balance_is_exact(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    amount = 2**53 - 1
    partner = await installation.partner()
    async with installation.pool.acquire() as connection:
        assert (await post(connection, partner, "purchase", amount, now=now())).status == "done"
        assert (await post(connection, partner, "purchase", 1, now=now())).code == "VALIDATION"
    key = await installation.key(partner)
    assert granted(await api.get("/v1/credits", headers=key.headers))["balance"] == amount


@pytest.mark.parametrize(
    "spelt",
    [
        pytest.param(org_id, id="with the prefix"),
        pytest.param(lambda child: str(child.organization_id), id="a bare uuid"),
        pytest.param(lambda child: str(child.organization_id).upper(), id="in upper case"),
    ],
)
async def test_how_an_id_may_be_spelt(api: httpx2.AsyncClient, family: Family, spelt: Any) -> None:
    path = f"/v1/organizations/{spelt(family.child)}/credits"
    wallet = granted(await api.get(path, headers=family.partner_key.headers))
    assert wallet["organizationId"] == org_id(family.child)


async def test_an_unknown_query_parameter_is_ignored(
    api: httpx2.AsyncClient, family: Family
) -> None:
    plain = await api.get(child_path(family.child), headers=family.partner_key.headers)
    for query in ("utm_source=x", "limit=0", "status=foo&status=bar", "%00=%00", "a=1&a=2"):
        path = f"{child_path(family.child)}?{query}"
        assert (await api.get(path, headers=family.partner_key.headers)).content == plain.content


# The page's errors ------------------------------------------------------------------------------


async def test_not_a_direct_child(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """A stranger's, a stranger's child, one's own id and an id of nobody: all the same 404."""
    stranger = await installation.family()
    answers = {}
    for name, other in {
        "missing": format_id("org", uuid4()),
        "stranger": org_id(stranger.partner),
        "stranger's child": org_id(stranger.child),
        "own": org_id(family.partner),
    }.items():
        response = await api.get(
            f"/v1/organizations/{other}/credits", headers=family.partner_key.headers
        )
        assert refused(response, "NOT_FOUND") == {}
        answers[name] = (
            without_request_id(response),
            {*response.headers} - {"date"},
            response.headers["Content-Length"],
        )
    assert all(answer == answers["missing"] for answer in answers.values()), answers


async def test_a_child_sees_neither_its_sibling_nor_its_parent(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """Not even with a scope that no child's key can be given."""
    key = await installation.key(family.child, *EVERYTHING)
    for other in (family.sibling, family.partner, family.child):
        refused(await api.get(child_path(other), headers=key.headers), "NOT_FOUND")


@pytest.mark.parametrize(
    "malformed",
    [
        "nonsense",
        "org_",
        "org_01981d2c",
        f"prj_{MISSING}",
        f"ORG_{MISSING}",
        f"org_org_{MISSING}",
        f"org_{MISSING}0",
        f"org_{MISSING.replace('-', '')}",
        f"{{{MISSING}}}",
        "org_01HX9Y7K8M2P4RSTUV56789ABC",
        "%D9%A0" * 8 + "-5b7e-7a10-8c3d-2f6e9a4b1c05",
        "%00",
        f"org_{MISSING}%00",
        f"%20org_{MISSING}",
        "%ff",
        "%ed%a0%80",
        "x" * 4000,
    ],
)
async def test_a_malformed_id(api: httpx2.AsyncClient, family: Family, malformed: str) -> None:
    response = await api.get(
        f"/v1/organizations/{malformed}/credits", headers=family.partner_key.headers
    )
    assert list(issues(response)) == ["orgId"]


async def test_a_key_without_the_scope(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """`*` stands for every data scope, and does not include this one."""
    key = await installation.key(family.partner, "*")
    details = refused(
        await api.get(child_path(family.child), headers=key.headers), "FORBIDDEN_SCOPE"
    )
    assert details == {"requiredScope": "org:admin"}


async def test_no_key(api: httpx2.AsyncClient, family: Family) -> None:
    refused(await api.get(child_path(family.child)), "UNAUTHENTICATED")


async def test_the_key_or_the_organization_is_suspended(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    killed = await installation.key(family.partner, *EVERYTHING, kill_switch=True)
    details = refused(
        await api.get(child_path(family.child), headers=killed.headers), "KILL_SWITCH"
    )
    assert details == {"scope": "key"}
    await installation.set_status(family.partner, "suspended")
    details = refused(
        await api.get(child_path(family.child), headers=family.partner_key.headers), "KILL_SWITCH"
    )
    assert details == {"scope": "organization"}


@pytest.mark.parametrize("status", ["suspended", "archived"])
async def test_the_child_is_suspended_or_archived(
    api: httpx2.AsyncClient, installation: Installation, family: Family, status: str
) -> None:
    await installation.set_status(family.child, status)
    for request in (
        api.get(child_path(family.child), headers=family.partner_key.headers),
        api.get("/v1/credits", headers=family.partner_key.acting_for(family.child)),
    ):
        assert refused(await request, "KILL_SWITCH") == {"scope": "organization"}
    granted(await api.get(child_path(family.sibling), headers=family.partner_key.headers))
