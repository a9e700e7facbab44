"""Every list of the console as CSV, whole or with what it lacks said at its end."""

from __future__ import annotations

import base64
import csv
import html
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest_asyncio
from tests.ops.answering import lreq
from tests.support.console import sign_in
from tests.support.installation import ago, handle, org_id

from partner_api.console.components.csv_file import csv_of
from partner_api.console.components.table import Column
from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.console import Operator
    from tests.support.installation import Installation


@pytest_asyncio.fixture
async def operator(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    return await sign_in(local_api, installation)


async def file_of(operator: Operator, page: str, name: str) -> list[dict[str, str]]:
    """The rows of the file that a page links to."""
    shown = await operator.get(page)
    links = [html.unescape(one) for one in re.findall(r'href="([^"]*)"', shown)]
    (link,) = {one for one in links if re.search(rf"[?&]csv={name}(&|$)", one)}
    return list(csv.DictReader((await operator.get(link)).splitlines()))


async def test_what_was_found(installation: Installation, operator: Operator) -> None:
    mark = uuid4().hex[:16]
    for number in range(2):
        await installation.pool_account(f"{mark}.{number}", 10)
    rows = await file_of(operator, f"/console/search?q={mark}", "found")
    assert sorted(row["Name"].lstrip("'@") for row in rows) == [f"{mark}.0", f"{mark}.1"]
    assert {row["Kind"] for row in rows} == {"pool_account"}


async def test_accounts_for_a_request(installation: Installation, operator: Operator) -> None:
    family = await installation.family(cash_cents=100_000)
    account = await installation.pool_account(handle(), 1_234, price_cents=7_700)
    request = await installation.lease_request(family.child, count=1)
    rows = await file_of(operator, f"/console/lease-requests/{lreq(request)}", "candidates")
    (row,) = [row for row in rows if row["Id"] == format_id("pool", account)]
    assert row["A month, in cents"] == "7700"
    assert "has 1,234 followers" in row["Reasons"]


async def test_a_dry_run(installation: Installation, operator: Operator) -> None:
    family = await installation.family(cash_cents=40_000)
    names = [handle(), handle()]
    leases = [
        (await installation.lease(family.child, name, at=ago(days=1), price_cents=20_000))[0]
        for name in names
    ]
    partner = org_id(family.partner)
    page = f"/console/renewals/dry-run?run=yes&organizationId={partner}&until="
    lease = await operator.get(f"/console/leases/{leases[0]}")
    day = re.findall(r'<dt>Next renewal</dt><dd><time datetime="([^"T]*)', lease)[0]
    rows = await file_of(operator, f"{page}{day}", "dry-run")
    assert sorted(row["Lease"] for row in rows) == sorted(leases)
    assert {row["Id"] for row in rows} == {partner}
    assert {row["What would happen"] for row in rows} == {"past_due"}


async def test_rows_that_belong_with_a_row_of_a_ledger(
    installation: Installation, local_api: httpx2.AsyncClient, operator: Operator
) -> None:
    family = await installation.family(prepaid=500, cash_cents=40_000)
    answer = await local_api.post(
        f"/v1/organizations/{org_id(family.child)}/credits/allocate",
        headers={**family.partner_key.headers, "Idempotency-Key": str(uuid4())},
        json={"credits": 70, "description": "=2+2"},
    )
    assert answer.status_code == 201, answer.text
    page = f"/console/organizations/{org_id(family.child)}/credits/1"
    (row,) = await file_of(operator, page, "related")
    assert (row["Organization"], row["Credits"]) == (org_id(family.partner), "-70")
    assert row["Description"] == "'=2+2"


async def test_what_happened_to_a_lease(installation: Installation, operator: Operator) -> None:
    family = await installation.family(cash_cents=40_000)
    (lease,) = await installation.lease(family.child, handle(), at=ago(days=1), price_cents=20_000)
    rows = await file_of(operator, f"/console/leases/{lease}", "history")
    assert "leased_account.assigned" in {row["Event"] for row in rows}


async def test_today(installation: Installation, operator: Operator) -> None:
    family = await installation.family(cash_cents=20_000)
    # It comes up short at once, so it is the first of the file.
    await installation.lease(family.child, handle(), at=ago(days=1), price_cents=20_000)
    await installation.lease_request(family.child, count=1, at=ago(hours=2))
    cover = await file_of(operator, "/console", "cover")
    assert len(cover) > 0
    assert set(cover[0]) == {"Partner", "Cover", "To pay", "Cash", "Missing"}
    ages = await file_of(operator, "/console", "requests-by-age")
    assert sum(int(row["Requests"]) for row in ages) >= 1
    days = await file_of(operator, "/console", "days")
    assert days[0]["Counted whole"] == "False"


async def test_bad_lines_of_an_import(operator: Operator) -> None:
    form = await operator.form("/console/pool/import", "import")
    header = "handle,followers,vertical,language,geo"
    answer = await operator.send(form, pasted=f"{header}\nBad Handle,10,food,en,US")
    link = re.findall(r'href="data:text/csv;charset=utf-8;base64,([^"]*)"', answer.text)[0]
    (row,) = csv.DictReader(base64.b64decode(link).decode().splitlines())
    assert (row["Line"], row["Text"]) == ("2", "Bad Handle,10,food,en,US")
    assert row["What is wrong"].startswith("handle: ")


def test_a_file_says_what_it_lacks() -> None:
    column = Column[str]("Text", lambda one: one, lambda one: one)
    assert csv_of(["a"], [column]).decode().split() == ["Text", "a"]
    assert csv_of(["a"], [column], 1_200).decode().splitlines()[-1] == (
        '"And 1,200 more, which are not listed."'
    )
