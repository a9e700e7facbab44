"""The queue of lease requests, and a request beside the accounts that fit it."""

from __future__ import annotations

import asyncio
import itertools
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest_asyncio
from tests.ops.answering import account_states, cash_of, lreq
from tests.support.console import Form, Operator, forms_of, sign_in, text_of
from tests.support.installation import ago, handle, org_id

from partner_api.ids import format_id

if TYPE_CHECKING:
    from uuid import UUID

    import httpx2
    from tests.support.installation import Family, Installation

    from partner_api.edge.asgi import Edge

QUEUE = "/console/lease-requests"
HOSTILE = "<script>alert(1)</script>\"'\u202e"
# More followers than the accounts that were there before have, so that these are the best.
FAMOUS = itertools.count(5_000_000_000, 1_000)


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with 100,000 cents."""
    return await installation.family(cash_cents=100_000)


@pytest_asyncio.fixture
async def operator(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    """Somebody who may answer requests."""
    return await sign_in(local_api, installation, "operator")


async def accounts(installation: Installation, *prices: int) -> list[str]:
    """New accounts, the best of all, the first of them before the others."""
    most = next(FAMOUS)
    return [
        format_id(
            "pool", await installation.pool_account(handle(), most - number, price_cents=price)
        )
        for number, price in enumerate(prices)
    ]


def page_of(request_id: UUID, family: Family) -> str:
    """A request in the queue of its own organization alone."""
    return f"{QUEUE}/{lreq(request_id)}?organizationId={org_id(family.child)}"


async def send(operator: Operator, form: Form, chosen: list[str], **more: str) -> httpx2.Response:
    """Send a form with these accounts chosen."""
    return await operator.post(form.action, {**form.fields, "poolAccountIds": chosen, **more})


async def test_the_queue_shows_what_waits_with_whose_it_is_and_how_long(
    installation: Installation, family: Family, operator: Operator
) -> None:
    requests = [
        await installation.lease_request(family.child, count=3, at=ago(hours=hours))
        for hours in (50, 2)
    ]
    html = await operator.get(f"{QUEUE}?organizationId={org_id(family.child)}")
    text = text_of(html)
    for part in ("2 days 2 hours", "Child", "Partner", "Project", "food_and_drink", "$1,000.00"):
        assert part in text, text
    assert html.index(lreq(requests[0])) < html.index(lreq(requests[1]))
    assert f'data-href="{page_of(requests[0], family)}"' in html
    table = await operator.get(f"{QUEUE}?organizationId={org_id(family.child)}&csv=lease-requests")
    assert table.splitlines()[0].startswith("Vertical,Accounts,Age")
    assert len(table.splitlines()) == 3


async def test_an_empty_queue_says_so(family: Family, operator: Operator) -> None:
    html = await operator.get(f"{QUEUE}?organizationId={org_id(family.child)}")
    assert "Nobody waits for accounts." in text_of(html)


async def test_nothing_is_chosen_before_somebody_chooses(
    installation: Installation, family: Family, operator: Operator
) -> None:
    best = await accounts(installation, 15_000, 9_000)
    request = await installation.lease_request(family.child, count=2)
    html = await operator.get(page_of(request, family))
    assert best[0] in html
    assert " checked" not in html
    assert "0 of 2 chosen." in text_of(html)
    assert "50/50" in text_of(html)
    form = forms_of(html)["fulfil"]
    answer = await operator.send(form)
    assert answer.status_code == 422
    assert "Choose at least one account" in text_of(answer.text)
    assert await cash_of(installation, family) == 100_000


async def test_what_was_chosen_and_is_not_among_the_best_stays_chosen_and_is_counted(
    installation: Installation, family: Family, operator: Operator
) -> None:
    await accounts(installation, *([15_000] * 25))
    last = format_id("pool", await installation.pool_account(handle(), 0, price_cents=7_700))
    request = await installation.lease_request(family.child, count=1)
    page = page_of(request, family)
    assert last not in await operator.get(page)
    html = await operator.get(f"{page}&poolAccountIds={last}")
    assert "1 of 1 chosen: $77.00. Cash $1,000.00 → $923.00." in text_of(html)
    answer = await operator.send(forms_of(html)["fulfil"])
    assert answer.status_code == 303
    assert await cash_of(installation, family) == 100_000 - 7_700


async def test_without_a_script_the_best_are_chosen_by_a_link_and_their_cost_is_worked_out(
    installation: Installation, family: Family, operator: Operator
) -> None:
    best = await accounts(installation, 15_000, 9_000)
    request = await installation.lease_request(family.child, count=2)
    html = await operator.get(page_of(request, family))
    (link,) = re.findall(r'href="([^"]+)"[^>]* data-key="b"', html)
    html = await operator.get(link.replace("&amp;", "&"))
    assert html.count(" checked") == 2
    assert "2 of 2 chosen: $240.00. Cash $1,000.00 → $760.00." in text_of(html)
    # The button sends the whole form as an address.
    form = forms_of(html)["fulfil"]
    # What is no price is refused when it is sent.
    page = form.fields["page"].partition("?")[0]
    await operator.get(f"{page}?monthlyPriceCents={'9' * 4_500}")
    query = {**form.fields, "poolAccountIds": best[1], "monthlyPriceCents": "200,000"}
    html = await operator.get(f"{form.action.removesuffix('/fulfil')}?{urlencode(query)}")
    assert "1 of 2 chosen: $2,000.00. Cash $1,000.00 → -$1,000.00." in text_of(html)
    assert "The cash does not cover it." in text_of(html)
    assert form.fields["organizationId"] == org_id(family.child)
    assert await cash_of(installation, family) == 100_000


async def test_a_request_is_fulfilled_once_however_often_it_is_sent_and_the_next_one_opens(
    installation: Installation, family: Family, operator: Operator
) -> None:
    chosen = await accounts(installation, 15_000, 9_000)
    first, second = [
        await installation.lease_request(family.child, count=2, at=ago(hours=hours))
        for hours in (2, 1)
    ]
    form = await operator.form(page_of(first, family), "fulfil")
    answers = await asyncio.gather(*(send(operator, form, chosen) for _ in range(4)))
    answers.append(await send(operator, form, chosen))
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {page_of(second, family)}
    assert await cash_of(installation, family) == 100_000 - 24_000
    assert await account_states(installation, chosen) == ["leased", "leased"]
    answered = text_of(await operator.get(page_of(first, family)))
    assert "assigned" in answered
    assert "operator " in answered


async def test_the_queue_goes_round_and_ends_where_it_began(
    installation: Installation, family: Family, operator: Operator
) -> None:
    requests = [
        await installation.lease_request(family.child, at=ago(hours=hours)) for hours in (2, 1)
    ]
    for request, following in (
        (requests[1], page_of(requests[0], family)),
        (requests[0], f"{QUEUE}?organizationId={org_id(family.child)}"),
    ):
        form = await operator.form(page_of(request, family), "reject")
        answer = await operator.send(form, note="None left.")
        assert (answer.status_code, answer.headers["location"]) == (303, following)
    rejected = text_of(await operator.get(page_of(requests[0], family)))
    assert "None left." in rejected
    assert "operator " in rejected


async def test_a_price_and_a_note_are_the_operator_s(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, operator: Operator
) -> None:
    (chosen,) = await accounts(installation, 15_000)
    request = await installation.lease_request(family.child, count=2)
    form = await operator.form(page_of(request, family), "fulfil")
    answer = await send(operator, form, [chosen], monthlyPriceCents="1,000", note=HOSTILE[:-1])
    assert answer.status_code == 303
    assert await cash_of(installation, family) == 99_000
    html = await operator.get(page_of(request, family))
    assert "partial" in text_of(html)
    assert "<script>alert" not in html


async def test_the_second_of_two_operators_reads_who_was_first_and_where_to_go_on(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, operator: Operator
) -> None:
    other = await sign_in(local_api, installation, "admin")
    chosen = await accounts(installation, 15_000, 15_000)
    request = await installation.lease_request(family.child)
    following = await installation.lease_request(family.child)
    mine, theirs = [await who.form(page_of(request, family), "fulfil") for who in (operator, other)]
    answers = await asyncio.gather(
        send(operator, mine, chosen[:1]), send(other, theirs, chosen[1:])
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    first = "admin" if answers[0] is late else "operator"
    text = text_of(late.text)
    assert re.search(rf"{first} \w+ has answered this request before you\.", text), text
    assert "Nothing of yours was done or charged" in text
    assert f"next={lreq(request)}" in late.text
    assert "fulfil" not in forms_of(late.text)
    assert await cash_of(installation, family) == 85_000
    assert sorted(await account_states(installation, chosen)) == ["available", "leased"]
    to = await local_api.get(
        f"{QUEUE}?organizationId={org_id(family.child)}&next={lreq(request)}",
        headers=operator.headers,
    )
    assert (to.status_code, to.headers["location"]) == (303, page_of(following, family))


async def test_what_cannot_be_done_is_shown_with_what_was_chosen(
    installation: Installation, operator: Operator
) -> None:
    family = await installation.family(cash_cents=1_000)
    chosen = await accounts(installation, 600, 600)
    request = await installation.lease_request(family.child, count=2)
    form = await operator.form(page_of(request, family), "fulfil")
    short = await send(operator, form, chosen)
    assert short.status_code == 402
    assert short.text.count(" checked") == 2
    assert "The cash does not cover it." in text_of(short.text)
    again = forms_of(short.text)["fulfil"]
    many = await send(operator, again, [*chosen, *(await accounts(installation, 1))])
    assert many.status_code == 422
    assert "as the request asks for" in text_of(many.text)
    await installation.owner.execute(
        "UPDATE pool_accounts SET status = 'retired' WHERE id = $1", chosen[0].removeprefix("pool_")
    )
    gone = await send(operator, again, chosen[:1])
    assert gone.status_code == 409
    assert chosen[0] in text_of(gone.text)
    assert await cash_of(installation, family) == 1_000
    empty = await operator.send(await operator.form(page_of(request, family), "reject"), note="")
    assert empty.status_code == 422


async def test_much_money_is_asked_about_once_more(
    installation: Installation, operator: Operator, application: Edge
) -> None:
    family = await installation.family(cash_cents=10_000_000)
    assert application.services is not None
    price = application.services.settings.console_confirm_cents
    chosen = await accounts(installation, price, 1)
    request = await installation.lease_request(family.child, count=2)
    form = await operator.form(page_of(request, family), "fulfil")
    asked = await send(operator, form, chosen)
    assert asked.status_code == 200
    assert "$100,000.00" in text_of(asked.text)
    assert await cash_of(installation, family) == 10_000_000
    fields: dict[str, str | list[str]] = {**form.fields, "confirmed": str(price + 1)}
    fields["poolAccountIds"] = chosen
    for less in ("yes", str(price)):
        assert (
            "Please confirm"
            in (await operator.post(form.action, {**fields, "confirmed": less})).text
        )
    assert await cash_of(installation, family) == 10_000_000
    for _ in range(2):
        assert (await operator.post(form.action, fields)).status_code == 303
    assert await cash_of(installation, family) == 10_000_000 - price - 1


async def test_much_money_is_asked_about_for_an_account_that_is_not_among_the_best(
    installation: Installation, operator: Operator, application: Edge
) -> None:
    family = await installation.family(cash_cents=10_000_000)
    assert application.services is not None
    (chosen,) = await accounts(
        installation, application.services.settings.console_confirm_cents + 1
    )
    request = await installation.lease_request(family.child)
    form = await operator.form(page_of(request, family), "fulfil")
    asked = await send(operator, form, [chosen.removeprefix("pool_")])
    assert "Please confirm" in text_of(asked.text)
    assert await cash_of(installation, family) == 10_000_000


async def test_a_viewer_sees_the_candidates_and_no_form(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, operator: Operator
) -> None:
    (chosen,) = await accounts(installation, 15_000)
    request = await installation.lease_request(family.child)
    form = await operator.form(page_of(request, family), "fulfil")
    viewer = await sign_in(local_api, installation, "viewer")
    html = await viewer.get(page_of(request, family))
    assert f"/console/pool/{chosen}" in html
    assert not {"fulfil", "reject"} & set(forms_of(html))
    assert 'type="checkbox"' not in html
    sent: dict[str, str | list[str]] = {**form.fields, "filledInBy": "", "note": "No."}
    sent["poolAccountIds"] = [chosen]
    for path in (form.action, form.action.replace("fulfil", "reject")):
        assert (await viewer.post(path, sent)).status_code == 403
    assert await cash_of(installation, family) == 100_000


async def test_what_a_partner_wrote_is_text(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, operator: Operator
) -> None:
    request = await installation.lease_request(family.child)
    await installation.owner.execute(
        """
        UPDATE lease_requests SET partner_note = $1, target = $1, vertical = $2, audience = $2
         WHERE tenant_id = $3 AND id = $4
        """,
        HOSTILE + "long " * 380,
        HOSTILE,
        family.child.tenant_id,
        request,
    )
    await accounts(installation, 15_000)
    for address in (f"{QUEUE}?organizationId={org_id(family.child)}", page_of(request, family)):
        html = await operator.get(address)
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html
        assert "\u202e" not in html


async def test_a_request_that_is_none(operator: Operator) -> None:
    for address in (f"{QUEUE}/lreq_nothing", f"{QUEUE}/lreq_01K0EJRPVYF8887FCQV2JTV704"):
        assert "There is no such page or thing." in text_of(await operator.get(address, 404))
