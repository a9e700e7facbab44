"""Moving credits and cash of an organization: once however often it is sent, and asked once more above an amount."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.answers import granted
from tests.support.console import forms_of, sign_in, text_of, unsigned
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

CASH = {"description": "Wire 7", "reference": "INV-7"}
FORMS = [
    ("topup", {"amountCents": "2500", **CASH}, ("cash", 2_500)),
    ("cash-adjustment", {"amountCents": "-1200", **CASH}, ("cash", -1_200)),
    ("grant", {"credits": "40"}, ("credits", 40)),
    ("purchase", {"credits": "50", "description": "Paid"}, ("credits", 50)),
    ("credit-adjustment", {"credits": "-30", "description": "Fix"}, ("credits", -30)),
]


async def balances(api: httpx2.AsyncClient, headers: dict[str, str], own: str) -> dict[str, Any]:
    found = granted(await api.get(f"/ops/v1/organizations/{own}", headers=headers))
    return {"cash": found["cashBalanceCents"], "credits": found["credits"]["balance"]}


@pytest.fixture
async def rich(installation: Installation) -> Family:
    """A family with something to take."""
    return await installation.family(prepaid=50_000, cash_cents=500_000)


@pytest.mark.parametrize(("name", "values", "moved"), FORMS)
async def test_a_form_is_done_once_though_it_is_sent_twice_at_the_same_instant(
    local_api: httpx2.AsyncClient,
    installation: Installation,
    rich: Family,
    name: str,
    values: dict[str, str],
    moved: tuple[str, int],
) -> None:
    headers = await installation.operator("viewer")
    own = org_id(rich.partner)
    operator = await sign_in(local_api, installation, "finance")
    form = await operator.form(f"/console/organizations/{own}", name)
    before = await balances(local_api, headers, own)
    answers = await asyncio.gather(*(operator.send(form, **values) for _ in range(2)))
    assert {answer.status_code for answer in answers} <= {303, 409}
    assert 303 in {answer.status_code for answer in answers}
    # Back, and once more.
    assert (await operator.send(form, **values)).status_code == 303
    what, amount = moved
    assert await balances(local_api, headers, own) == {**before, what: before[what] + amount}


@pytest.mark.parametrize(
    ("name", "values", "rows"),
    [
        ("topup", {"amountCents": "100001", **CASH}, ["$5,000.00", "$6,000.01"]),
        ("cash-adjustment", {"amountCents": "-100001", **CASH}, ["$5,000.00", "$3,999.99"]),
        ("grant", {"credits": "10,001"}, ["50,000 credits", "60,001 credits"]),
        (
            "credit-adjustment",
            {"credits": "-10001", "description": "Fix"},
            ["50,000 credits", "39,999 credits"],
        ),
    ],
)
async def test_above_an_amount_it_asks_once_more_and_says_before_and_after(
    local_api: httpx2.AsyncClient,
    installation: Installation,
    rich: Family,
    name: str,
    values: dict[str, str],
    rows: list[str],
) -> None:
    headers = await installation.operator("viewer")
    own = org_id(rich.partner)
    operator = await sign_in(local_api, installation, "finance")
    form = await operator.form(f"/console/organizations/{own}", name)
    before = await balances(local_api, headers, own)
    asked = await operator.send(form, **values)
    assert asked.status_code == 200
    shown = text_of(asked.text)
    assert "Please confirm" in shown
    assert all(row in shown for row in rows), shown
    assert await balances(local_api, headers, own) == before
    confirmed = forms_of(asked.text)[form.action]
    for _ in range(2):
        assert (await operator.send(confirmed)).status_code == 303
    assert await balances(local_api, headers, own) != before


@pytest.mark.parametrize(
    ("name", "values", "status", "text"),
    [
        ("topup", {"amountCents": "", **CASH}, 422, "Expected an amount"),
        ("topup", {"amountCents": "ten", **CASH}, 422, "Expected a whole number"),
        ("topup", {"amountCents": "1,50", **CASH}, 422, "Expected a whole number"),
        ("topup", {"amountCents": "9007199254740992", **CASH}, 422, "Expected no amount above"),
        ("topup", {"amountCents": "9" * 300, **CASH}, 422, "Expected a whole number"),
        ("topup", {"amountCents": "1_500", **CASH}, 422, "Expected a whole number"),
        ("topup", {"amountCents": "-5", **CASH}, 422, "Expected an amount of 1 or more"),
        ("topup", {"amountCents": "5", "description": ""}, 422, "description"),
        ("cash-adjustment", {"amountCents": "0", **CASH}, 422, "other than 0"),
        ("cash-adjustment", {"amountCents": "-60000", **CASH}, 402, "insufficient_funds"),
        ("grant", {"credits": "0"}, 422, "Expected an amount of 1 or more"),
        ("grant", {"credits": "1,5"}, 422, "Expected a whole number"),
        ("grant", {"credits": "1,0,0,0"}, 422, "Expected a whole number"),
        ("grant", {"credits": "1_0"}, 422, "Expected a whole number"),
        ("grant", {"credits": "\uff15"}, 422, "Expected a whole number"),
        ("credit-adjustment", {"credits": "5", "description": ""}, 422, "description"),
        ("credit-adjustment", {"credits": "-101", "description": "x"}, 402, "insufficient_prepaid"),
    ],
)
async def test_a_refusal_is_shown_where_it_was_filled_in(
    local_api: httpx2.AsyncClient,
    installation: Installation,
    name: str,
    values: dict[str, str],
    status: int,
    text: str,
) -> None:
    family = await installation.family(prepaid=100, cash_cents=50_000)
    operator = await sign_in(local_api, installation, "finance")
    page = f"/console/organizations/{org_id(family.partner)}"
    answer = await operator.send(
        await operator.form(page, name), **{**values, "note": "<i>kept</i>"}
    )
    assert answer.status_code == status
    assert text in text_of(answer.text)
    again = forms_of(answer.text)[name]
    assert {key: again.fields[key] for key in values} == values
    folded = answer.text.partition(f'id="form-{name}"')[0].rpartition("<details")[2]
    assert " open" in folded, "what is wrong is not behind a title"


async def test_a_viewer_sees_no_forms_and_is_refused(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    finance = await sign_in(local_api, installation, "finance")
    viewer = await sign_in(local_api, installation, "viewer")
    page = f"/console/organizations/{org_id(family.partner)}"
    for name, values, _ in FORMS:
        form = await finance.form(page, name)
        assert name not in forms_of(await viewer.get(page))
        answer = await viewer.post(form.action, {**unsigned(form), **values})
        assert answer.status_code == 403
        assert "needs the role" in text_of(answer.text)
