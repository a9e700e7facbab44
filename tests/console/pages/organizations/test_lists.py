"""`/console/organizations`: all partners and children, their filters and CSV."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.answers import granted
from tests.support.console import sign_in, text_of
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

LIST = "/console/organizations"
HOSTILE = '<script>alert(1)</script>\u202e"><img src=x onerror=alert(1)>'


async def test_the_list_has_what_the_api_has_and_its_filters(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation, "viewer")
    await installation.set_status(family.child, "suspended")
    children = f"{LIST}?parentOrganizationId={org_id(family.partner)}"
    shown = await operator.get(children)
    assert org_id(family.child) in shown
    assert org_id(family.sibling) in shown
    shown = await operator.get(f"{children}&status=suspended")
    assert org_id(family.child) in shown
    assert org_id(family.sibling) not in shown
    shown = await operator.get(f"{LIST}?partnersOnly=true")
    assert f"{LIST}/{org_id(family.child)}" not in shown
    csv = await operator.get(f"{LIST}?partnersOnly=true&csv=organizations")
    assert org_id(family.partner) in csv
    assert org_id(family.child) not in csv
    shown = await operator.get(f"{children}&partnersOnly=true")
    assert "No organization is like this." in text_of(shown)


async def test_csv_has_the_whole_list_and_no_formula(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    name = f"=SUM({uuid4().hex})"
    headers = family.partner_key.headers
    granted(await local_api.post("/v1/organizations", json={"name": name}, headers=headers), 201)
    operator = await sign_in(local_api, installation, "viewer")
    text = await operator.get(
        f"{LIST}?parentOrganizationId={org_id(family.partner)}&csv=organizations"
    )
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 3
    assert f"'{name}" in [row["Name"] for row in rows]
    assert {row["Child of"] for row in rows} == {org_id(family.partner)}
    assert {org_id(family.child), org_id(family.sibling)} < {row["Id"] for row in rows}


async def test_a_name_of_somebody_else_is_text_and_nothing_more(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    headers = family.partner_key.headers
    mark = uuid4().hex
    body = {"name": f"{mark}{HOSTILE}", "metadata": {"<b>k": HOSTILE}}
    made = granted(await local_api.post("/v1/organizations", json=body, headers=headers), 201)
    operator = await sign_in(local_api, installation)
    own = f"{LIST}/{made['id']}"
    for page in (f"{LIST}?search={mark}", own, f"{own}/settings", f"{own}/keys", f"{own}/leases"):
        shown = await operator.get(page)
        assert mark in shown
        assert "<script>alert" not in shown
        assert "<img" not in shown
        assert "\u202e" not in shown, "what turns the direction of writing is written out"
