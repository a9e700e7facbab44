"""Pages that cannot be shown say why: what the address names, or which of its filters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.contract.route_table import ROUTES
from tests.support.console import forms_of, sign_in, text_of
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.console import Operator
    from tests.support.installation import Family, Installation

OF_ONE_THING = [
    name.partition(" ")[2]
    for name in ROUTES
    if name.startswith("GET /console") and "{" in name and "sign-in" not in name
]


@pytest.fixture
async def operator(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    return await sign_in(local_api, installation)


@pytest.mark.parametrize("page", OF_ONE_THING)
async def test_an_address_with_a_malformed_id_names_nothing(operator: Operator, page: str) -> None:
    shown = await operator.get(re.sub(r"\{\w+\}", "nothing", page), status=404)
    assert "Not found" in text_of(shown)
    assert "Correct this" not in shown


async def test_a_form_at_an_address_with_a_malformed_id_names_nothing(operator: Operator) -> None:
    answer = await operator.post(
        "/console/organizations/nothing/suspend", {"form": "suspend", "idempotencyKey": "k"}
    )
    assert answer.status_code == 404
    assert "Not found" in text_of(answer.text)


WRONG = [
    ("/console/audit?since=yesterday&operator=Ann", "From: Expected", "operator", "Ann"),
    ("/console/leases?partnerId=x&handle=ann", "Partner&#39;s id: ", "handle", "ann"),
    ("/console/organizations?status=gone&search=ann", "Status: Expected", "search", "ann"),
    ("/console/jobs?organizationId=x&workerId=w1", "Organization: ", "workerId", "w1"),
    ("/console/webhooks?organizationId=x", "Organization: ", "organizationId", "x"),
    ("/console/renewals?organizationId=x&days=60", "Partner&#39;s id: ", "organizationId", "x"),
    ("/console/pool?minFollowers=many", "Followers from: ", "minFollowers", "many"),
    ("/console/audit?csv=audit&since=yesterday", "From: Expected", "since", "yesterday"),
    ("/console/audit?cursor=nowhere&operator=Ann", "cursor: ", "operator", "Ann"),
]


@pytest.mark.parametrize(("page", "says", "name", "value"), WRONG)
async def test_a_wrong_filter_is_named_and_the_others_stay(
    operator: Operator, page: str, says: str, name: str, value: str
) -> None:
    shown = await operator.get(page, status=422)
    assert says in text_of(shown)
    assert re.search(rf'<input [^>]*name="{name}"[^>]* value="{value}"', shown)


async def test_a_wrong_filter_of_a_ledger_is_named_and_the_others_stay(
    operator: Operator, family: Family
) -> None:
    shown = await operator.get(
        f"/console/organizations/{org_id(family.partner)}/credits?jobId=x&since=2026-01-01",
        status=422,
    )
    assert "Job: " in text_of(shown)
    assert 'value="2026-01-01"' in shown
    assert "/console/sign-out" in forms_of(shown)
