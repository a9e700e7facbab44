"""Why was I charged? What the pages of both ledgers show, and the refunds from their rows."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import TYPE_CHECKING

import pytest
from tests.support.answers import granted
from tests.support.console import Operator, forms_of, sign_in, text_of
from tests.support.installation import handle, now, org_id
from tests.support.operations import allocate, post, spend, started, subscribe

from partner_api.console.visit import KEY
from partner_api.ids import format_id, parse_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

HOSTILE = '<img src=x onerror=alert(1)> "quoted" & \u202eabc'


@pytest.fixture
async def family(installation: Installation) -> Family:
    """A partner with 1,000 credits and 1,000 dollars, and a child with 200 credits."""
    family = await installation.family(prepaid=1_000, cash_cents=100_000)
    async with installation.pool.acquire() as connection:
        await allocate(connection, family.child, 200, now=now())
    return family


@pytest.fixture
async def finance(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    """Somebody who may move money."""
    return await sign_in(local_api, installation, "finance")


def page_of(wallet: Wallet, ledger: str) -> str:
    return f"/console/organizations/{org_id(wallet)}/{ledger}"


async def charged(installation: Installation, wallet: Wallet, credits: int) -> str:
    """A job that was charged; its row is the second of the wallet."""
    async with installation.pool.acquire() as connection:
        return format_id("job", await spend(connection, wallet, credits, now=now()))


async def balances(client: httpx2.AsyncClient, family: Family) -> tuple[int, int]:
    """Credits of the child and cents of the partner, as they see them."""
    credits = granted(await client.get("/v1/credits", headers=family.child_key.headers))
    cash = granted(await client.get("/v1/wallet", headers=family.partner_key.headers))
    return credits["balance"], cash["balanceCents"]


async def test_the_page_says_what_is_reserved_and_why_each_row_is_there(
    installation: Installation, family: Family, finance: Operator
) -> None:
    job = await charged(installation, family.child, 40)
    async with installation.pool.acquire() as connection:
        held = format_id("job", await started(connection, family.child, 30, now=now()))
        await subscribe(connection, family.child, 100, now=now())
    page = await finance.get(page_of(family.child, "credits"))
    said = text_of(page)
    assert "Gross wallet 260 Reserved by jobs 30 Available: gross less reserved 230" in said
    assert f'href="/console/jobs/{held}"' in page
    assert f"its job {job} was charged 40 credits, all that it had reserved" in said
    assert "200 credits came from Partner" in said
    assert "Give back up to 40" in said
    # The line of the balance, with its numbers.
    assert "<svg" in page
    assert "160 credits" in said
    # A request leads to what it left in the audit log, of any row that has one.
    row = await finance.get(f"{page_of(family.child, 'credits')}/2")
    assert f"A video remix was completed, and its job {job} was charged 40" in text_of(row)
    assert "200 -40 = 160" in text_of(row)


async def test_a_filter_is_in_the_address_and_stays_in_the_file(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, finance: Operator
) -> None:
    job = await charged(installation, family.child, 40)
    await charged(installation, family.child, 10)
    today = f"{now():%Y-%m-%d}"
    own = page_of(family.child, "credits")
    jobs = set()
    for query, amounts in (
        ("", ["-10", "-40", "200"]),
        ("?eventType=usage", ["-10", "-40"]),
        ("?direction=in", ["200"]),
        (f"?jobId={job}&eventType=&direction=&env=live", ["-40"]),
        (f"?since={today}&until={today}", ["-10", "-40", "200"]),
        ("?until=2020-01-01", []),
    ):
        page = await finance.get(own + query)
        mark = "&" if query else "?"
        file = await finance.get(f"{own}{query}{mark}csv=credits")
        lines = list(csv.DictReader(io.StringIO(file)))
        assert [line["Credits"] for line in lines] == amounts, query
        assert all(line["Why"] and line["After"] and line["By"] for line in lines)
        assert ("No row of this ledger fits" in page) == (amounts == [])
        jobs |= {line["Job"] for line in lines}
    assert job in jobs
    wrong = await local_api.get(f"{own}?jobId=nobody", headers=finance.headers)
    assert wrong.status_code == 422


async def test_a_refund_from_its_row_happens_once_however_often_it_is_sent(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, finance: Operator
) -> None:
    await charged(installation, family.child, 40)
    row = f"{page_of(family.child, 'credits')}/2"
    form = await finance.form(row, "refund")
    assert form.fields["credits"] == "40"
    sent = await asyncio.gather(
        *(finance.send(form, credits="30", description="Blurred") for _ in range(4))
    )
    assert [(answer.status_code, answer.headers.get("location")) for answer in sent] == [
        (303, row)
    ] * 4
    assert (await balances(local_api, family))[0] == 190
    again = await finance.send(form, credits="30", description="Blurred")
    assert again.status_code == 303
    assert (await balances(local_api, family))[0] == 190
    page = await finance.get(row)
    assert forms_of(page)["refund"].fields["credits"] == "10"
    assert "Blurred" in text_of(page)
    assert "was given back 30 of the 40 credits that it was charged" in text_of(page)
    await finance.send(forms_of(page)["refund"])
    page = await finance.get(row)
    assert "All that this job was charged has been given back." in text_of(page)
    assert "refund" not in forms_of(page)


async def test_two_operators_cannot_give_back_the_same_credits(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, finance: Operator
) -> None:
    await charged(installation, family.child, 40)
    row = f"{page_of(family.child, 'credits')}/2"
    second = await sign_in(local_api, installation, "finance")
    forms = [await one.form(row, "refund") for one in (finance, second)]
    answers = await asyncio.gather(finance.send(forms[0]), second.send(forms[1]))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert (await balances(local_api, family))[0] == 200
    (refusal,) = [answer.text for answer in answers if answer.status_code == 409]
    assert "Nothing is left to give back: all of the 40 credits" in text_of(refusal)


async def test_a_refund_of_too_much_is_refused_in_words(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, finance: Operator
) -> None:
    await charged(installation, family.child, 40)
    row = f"{page_of(family.child, 'credits')}/2"
    form = await finance.form(row, "refund")
    for credits, status, words in (
        ("41", 409, "That is more than is left: of the 40 credits, 0 has been given back"),
        ("0", 422, "1"),
        ("", 422, "Expected an amount"),
        ("ten", 422, "Expected a whole number"),
    ):
        answer = await finance.send(form, credits=credits)
        assert answer.status_code == status, credits
        assert words in text_of(answer.text), credits
        assert forms_of(answer.text)["refund"].fields["credits"] == credits
    assert (await balances(local_api, family))[0] == 160


async def test_a_large_refund_is_asked_for_once_more(
    local_api: httpx2.AsyncClient, installation: Installation, finance: Operator
) -> None:
    family = await installation.family(prepaid=1_000_000)
    async with installation.pool.acquire() as connection:
        await allocate(connection, family.child, 500_000, now=now())
    await charged(installation, family.child, 400_000)
    row = f"{page_of(family.child, 'credits')}/2"
    form = await finance.form(row, "refund")
    asked = await finance.send(form)
    assert asked.status_code == 200
    assert "100,000 credits 500,000 credits" in text_of(asked.text)
    (question,) = [
        form for form in forms_of(asked.text).values() if form.action.endswith("/refund")
    ]
    assert question.fields[KEY] == form.fields[KEY]
    assert (await finance.send(question)).headers["location"] == row
    found = granted(await local_api.get("/v1/credits", headers=family.child_key.headers))
    assert found["balance"] == 500_000


async def test_a_month_of_a_lease_is_refunded_from_its_row(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, finance: Operator
) -> None:
    name = handle()
    await installation.lease(family.child, name, at=now())
    ledger = page_of(family.partner, "cash")
    said = text_of(await finance.get(ledger))
    assert "Balance $850.00" in said
    assert f"The account @{name} was leased: its month 1" in said.replace("  ", " ")
    assert "Give back up to $150.00" in said
    row = f"{ledger}/2"
    form = await finance.form(row, "refund")
    assert form.fields["amountCents"] == "15000"
    too_much = await finance.send(form, amountCents="15001")
    assert too_much.status_code == 409
    assert "of the $150.00, $0.00 has been given back already" in text_of(too_much.text)
    sent = await asyncio.gather(*(finance.send(form, amountCents="4000") for _ in range(3)))
    assert [answer.status_code for answer in sent] == [303] * 3
    assert (await balances(local_api, family))[1] == 89_000
    page = text_of(await finance.get(row))
    assert "The months of this lease" in page
    assert "$1,000.00 -$150.00 = $850.00" in page
    assert "$40.00 was given back" in page
    assert (await finance.send(await finance.form(row, "refund"))).status_code == 303
    assert (await balances(local_api, family))[1] == 100_000
    last = await finance.send(form, **{KEY: "another"})
    assert last.status_code == 409
    assert "all of the $150.00 has been given back already" in text_of(last.text)


async def test_a_viewer_sees_everything_and_gives_nothing_back(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await charged(installation, family.child, 40)
    await installation.lease(family.child, handle(), at=now())
    viewer = await sign_in(local_api, installation, "viewer")
    for wallet, ledger in ((family.child, "credits"), (family.partner, "cash")):
        row = f"{page_of(wallet, ledger)}/2"
        for page in (page_of(wallet, ledger), row):
            text = await viewer.get(page)
            assert "refund" not in forms_of(text)
            assert "Give back" not in text_of(text)
        fields = {KEY: ledger, "credits": "1", "amountCents": "1"}
        answer = await viewer.post(f"{row}/refund", fields)
        assert answer.status_code == 403
    assert await balances(local_api, family) == (160, 85_000)


async def test_what_others_have_written_is_shown_as_text(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, finance: Operator
) -> None:
    headers = await installation.operator("finance")
    for wallet, what, body in (
        (family.child, "credits/grant", {"credits": 1, "metadata": {HOSTILE[:30]: HOSTILE}}),
        (family.partner, "cash/topup", {"amountCents": 1, "reference": HOSTILE}),
    ):
        answer = await local_api.post(
            f"/ops/v1/organizations/{org_id(wallet)}/{what}",
            json={**body, "description": HOSTILE},
            headers={**headers, "Idempotency-Key": what},
        )
        granted(answer)
        ledger = what.partition("/")[0]
        for page in (page_of(wallet, ledger), f"{page_of(wallet, ledger)}/2"):
            text = await finance.get(page)
            assert "&lt;img src=x onerror=alert(1)&gt;" in text
            assert "<img" not in text
            assert "\u202e" not in text


async def test_both_environments(
    installation: Installation, family: Family, finance: Operator
) -> None:
    own = page_of(family.partner, "credits")
    said = text_of(await finance.get(f"{own}?env=test"))
    assert "The test environment began with 1,000,000 credits" in said
    row = text_of(await finance.get(f"{own}/1?env=test"))
    assert "+1,000,000 = 1,000,000" in row
    assert "Every movement" in text_of(
        await finance.get(f"{page_of(family.partner, 'cash')}?env=test")
    )
    await finance.get(f"{page_of(family.child, 'credits')}?env=test", status=404)


async def test_a_child_s_cash_is_its_partner_s(family: Family, finance: Operator) -> None:
    page = await finance.get(page_of(family.child, "cash"))
    assert f'href="{page_of(family.partner, "cash")}"' in page
    assert "A child has no cash wallet" in text_of(page)


async def test_a_row_that_is_not_there(family: Family, finance: Operator) -> None:
    for ledger, sequence in (("credits", "99"), ("credits", "x"), ("cash", "99")):
        await finance.get(f"{page_of(family.partner, ledger)}/{sequence}", status=404)


async def test_rows_without_a_charge_have_no_refund(
    installation: Installation, family: Family, finance: Operator
) -> None:
    job = await charged(installation, family.child, 40)
    async with installation.pool.acquire() as connection:
        refunded = await post(
            connection, family.child, "refund", 1, job_id=parse_id("job", job), now=now()
        )
    assert refunded.status == "done"
    for wallet, ledger, sequence in (
        (family.child, "credits", 1),
        (family.child, "credits", 3),
        (family.partner, "cash", 1),
    ):
        page = await finance.get(f"{page_of(wallet, ledger)}/{sequence}")
        assert "refund" not in forms_of(page)
        sent = await finance.post(
            f"{page_of(wallet, ledger)}/{sequence}/refund",
            {KEY: f"k{sequence}", "credits": "50", "amountCents": "50"},
        )
        assert sent.status_code == 409
