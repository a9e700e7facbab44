"""The pages of renewals: the calendar, one day, what is past due, the dry run."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest_asyncio
from tests.support.console import sign_in, text_of
from tests.support.installation import ago, handle, now, org_id

from partner_api.months import add_months

if TYPE_CHECKING:
    import httpx2
    from tests.support.console import Operator
    from tests.support.installation import Family, Installation

LIST = "/console/renewals"


@pytest_asyncio.fixture
async def operator(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    return await sign_in(local_api, installation, "finance")


async def lease_to(installation: Installation, family: Family, name: str, days: int) -> str:
    (lease_id,) = await installation.lease(
        family.child, name, at=ago(days=days), price_cents=20_000
    )
    return lease_id


async def due_of(
    api: httpx2.AsyncClient, operator: dict[str, str], lease_id: str
) -> tuple[datetime, str]:
    lease = (await api.get(f"/ops/v1/leases/{lease_id}", headers=operator)).json()
    return datetime.fromisoformat(lease["nextRenewalAt"]), lease["nextRenewalAt"][:10]


async def test_the_calendar_of_a_partner_says_what_falls_due_and_from_when_it_is_short(
    local_api: httpx2.AsyncClient, installation: Installation, operator: Operator
) -> None:
    family = await installation.family(cash_cents=60_000)
    ids = [await lease_to(installation, family, handle(), days) for days in (2, 1)]
    headers = await installation.operator("viewer")
    (first, first_day), (_, second_day) = [await due_of(local_api, headers, one) for one in ids]
    page = f"{LIST}?days=60&organizationId={org_id(family.partner)}"
    html = await operator.get(page)
    shown = text_of(html)
    assert "1 renewal $200.00 " in shown
    assert "1 partner short $200.00" in shown
    assert f"short from {second_day}" in shown
    for day in (first_day, second_day):
        assert f'href="{LIST}/{day}?organizationId={org_id(family.partner)}"' in html
    file = await operator.get(f"{page}&csv=renewals-by-partner")
    (row,) = csv.DictReader(file.splitlines())
    assert (row["Id"], row["Short from"]) == (org_id(family.partner), second_day)
    assert (row["Cash"], row[first_day], row[second_day]) == ("20000", "20000", "20000")
    assert "csv=renewals-by-partner" in html
    (line,) = re.findall(r'<svg class="sparkline".*?</svg>', html)
    assert "<title>What falls due of " in line
    assert "<desc>From $200.00 to $200.00; the highest is $200.00.</desc>" in line
    calendar = html.partition('<table class="calendar"')[2].partition("</table>")[0]
    assert calendar.count('role="columnheader"') == 7
    cells = calendar.partition("<tbody")[2].split("<td")[1:]
    assert len(cells) % 7 == 0
    at = next(number for number, cell in enumerate(cells) if f'datetime="{first_day}"' in cell)
    assert at % 7 == first.weekday()


async def test_thirty_days_mean_the_same_for_a_wallet_and_for_the_calendar(
    local_api: httpx2.AsyncClient, installation: Installation, operator: Operator
) -> None:
    """What begins an hour before they are over is counted by both."""
    family = await installation.family(cash_cents=60_000)
    at = min(now(), add_months(now() + timedelta(days=30, hours=-1), -1))
    await installation.lease(family.child, handle(), at=at, price_cents=20_000)
    partner = org_id(family.partner)
    wallet = text_of(await operator.get(f"/console/organizations/{partner}/cash"))
    assert "Renewals in 30 days 1 They cost $200.00" in wallet
    calendar = text_of(await operator.get(f"{LIST}?organizationId={partner}"))
    assert "Renewals 1 They cost $200.00" in calendar


async def test_a_day_has_its_partners_and_its_leases(
    local_api: httpx2.AsyncClient, installation: Installation, operator: Operator
) -> None:
    family = await installation.family(cash_cents=20_000)
    name = handle()
    lease_id = await lease_to(installation, family, name, 1)
    _, day = await due_of(local_api, await installation.operator("viewer"), lease_id)
    html = await operator.get(f"{LIST}/{day}?organizationId={org_id(family.partner)}")
    shown = text_of(html)
    for part in (f"@{name}", "Child", "short $200.00", "Renewals 1", "They cost $200.00"):
        assert part in shown
    assert f"/console/leases/{lease_id}" in html
    assert f"@{name}" in text_of(
        await operator.get(f"{LIST}/{day}?organizationId={org_id(family.partner)}")
    )
    leases = await operator.get(
        f"{LIST}/{day}?organizationId={org_id(family.partner)}&csv=renewals-{day}"
    )
    assert leases.splitlines()[1].startswith(f"{name},{day}T")
    assert f"csv=partners-{day}" in html
    partners = await operator.get(
        f"{LIST}/{day}?organizationId={org_id(family.partner)}&csv=partners-{day}"
    )
    assert partners.splitlines()[1].endswith(",1,20000,0,0,False")
    await operator.get(f"{LIST}/2026-02-30", status=404)
    await operator.get(f"{LIST}/2020-01-01", status=422)


async def test_what_is_past_due_and_what_happens_next(
    local_api: httpx2.AsyncClient, installation: Installation, operator: Operator
) -> None:
    family = await installation.family(cash_cents=20_000)
    name = handle()
    lease_id = await lease_to(installation, family, name, 33)
    page = f"{LIST}?organizationId={org_id(family.partner)}"
    # A cent that comes in is a try, and not enough.
    admin = await sign_in(local_api, installation)
    form = await admin.form(f"/console/organizations/{org_id(family.partner)}", "topup")
    assert (await admin.send(form, amountCents="1", description="Wire")).status_code == 303
    headers = await installation.operator("viewer")
    lease = (await local_api.get(f"/ops/v1/leases/{lease_id}", headers=headers)).json()
    shown = text_of(await operator.get(page))
    for text in (lease["paidThrough"], lease["nextAttemptAt"], lease["lastAttemptAt"]):
        assert text[:19].replace("T", " ") in shown
    assert "short now" in shown or "short from" in shown
    own = text_of(await operator.get(f"/console/leases/{lease_id}"))
    assert "Past due since" in own
    assert "the lease ends and the account goes back to the pool" in own


async def test_a_dry_run_says_what_would_happen_and_changes_nothing(
    local_api: httpx2.AsyncClient, installation: Installation, operator: Operator
) -> None:
    family = await installation.family(cash_cents=60_000)
    ids = [await lease_to(installation, family, handle(), days) for days in (2, 1)]
    _, day = await due_of(local_api, await installation.operator("viewer"), ids[1])
    page = f"{LIST}/dry-run"
    assert "would be paid" not in text_of(await operator.get(page)), "only when it is asked for"
    query = f"run=yes&until={day}&organizationId={org_id(family.partner)}"
    shown = text_of(await operator.get(f"{page}?{query}"))
    assert (
        "Of 1 partner: 1 month would be paid, $200.00 in all; 1 lease would become past due"
        in shown
    )
    assert "becomes past due" in shown
    lease = text_of(await operator.get(f"/console/leases/{ids[0]}"))
    assert "Months paid 1 " in lease
    nothing = text_of(await operator.get(f"{page}?run=yes&organizationId={org_id(family.partner)}"))
    assert "Nothing would happen" in nothing
    await operator.get(f"{page}?run=yes&until=9999-01-01", status=422)


async def test_a_viewer_sees_the_calendar_and_no_dry_run(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    viewer = await sign_in(local_api, installation, "viewer")
    assert "dry-run" not in await viewer.get(LIST)
    await viewer.get(f"{LIST}/dry-run", status=403)
    await viewer.get(f"{LIST}/dry-run?run=yes", status=403)
