"""The pages of the pool: the list, adding, importing, changing, the history of a handle."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.ops.importing import HEADER, line
from tests.support.console import sign_in, text_of
from tests.support.installation import ago, handle

from partner_api.console.visit import WHOSE

if TYPE_CHECKING:
    import httpx2
    from tests.support.console import Form, Operator
    from tests.support.installation import Family, Installation

LIST = "/console/pool"
IMPORT = f"{LIST}/import"
ACCOUNT = {
    "followers": "12,840",
    "vertical": "food_and_drink",
    "language": "en",
    "geo": "us, ca",
    "monthlyPriceCents": "15000",
}


@pytest_asyncio.fixture
async def operator(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    return await sign_in(local_api, installation, "operator")


async def sent(
    client: httpx2.AsyncClient, operator: Operator, form: Form, content: bytes, **values: str
) -> httpx2.Response:
    """Send the form of the import with a file, as browsers do."""
    fields = {**form.fields, **values}
    return await client.post(
        form.action,
        data={name: value for name, value in fields.items() if name != "file"},
        files={"file": ("accounts.csv", content, "text/csv")},
        headers=operator.headers,
    )


async def pool_of(operator: Operator, mark: str) -> list[str]:
    """The handles of a vertical."""
    csv = await operator.get(f"{LIST}?vertical={mark}&csv=pool")
    return [row.partition(",")[0] for row in csv.splitlines()[1:]]


async def test_an_account_is_added_once_and_changed(operator: Operator) -> None:
    name = handle()
    form = await operator.form(f"{LIST}/new", "add")
    answers = [await operator.send(form, handle=f"@{name}", **ACCOUNT) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    page = answers[0].headers["location"]
    assert page == answers[1].headers["location"]
    shown = text_of(await operator.get(page))
    for part in (f"@{name}", "available", "12,840", "US CA", "$150.00", "Added to the pool"):
        assert part in shown
    change = await operator.form(page, "change")
    answer = await operator.send(change, monthlyPriceCents="9000")
    assert answer.status_code == 303
    shown = text_of(await operator.get(page))
    assert "monthly price cents $150.00 → $90.00" in shown
    again = await operator.send(await operator.form(page, "change"))
    assert (again.status_code, shown.count("→")) == (303, 1)
    taken = await operator.send(await operator.form(f"{LIST}/new", "add"), handle=name, **ACCOUNT)
    assert taken.status_code == 409
    assert "The pool already has" in text_of(taken.text)


async def test_what_is_wrong_with_an_account_stands_at_its_field(operator: Operator) -> None:
    form = await operator.form(f"{LIST}/new", "add")
    wrong = ACCOUNT | {"geo": "Europe", "language": "<b>"}
    answer = await operator.send(form, handle="No Such", **wrong)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') >= 2
    assert "&lt;b&gt;" in answer.text
    assert "<b>" not in answer.text


async def test_an_account_is_retired_and_made_available_again(
    installation: Installation, operator: Operator, family: Family
) -> None:
    name = handle()
    account_id = await installation.pool_account(name, 5)
    page = f"{LIST}/pool_{account_id}"
    for form_name, status in (("retire", "retired"), ("revive", "available")):
        answer = await operator.send(await operator.form(page, form_name))
        assert answer.status_code == 303
        assert f"Status {status}" in text_of(await operator.get(page))
    stale = await operator.form(page, "retire")
    lease_id, _ = await installation.lease(
        family.child, handle(), handle(), at=ago(days=1), price_cents=0
    )
    csv = await operator.get(f"{LIST}?status=leased&csv=pool")
    assert csv.startswith("Handle,Status")
    leased = (await operator.get(f"/console/leases/{lease_id}")).partition("/console/pool/")[2]
    page = LIST + "/" + leased.partition('"')[0]
    assert "Recall it" in text_of(await operator.get(page))
    refused = await operator.post(f"{page}/status", stale.fields)
    assert refused.status_code == 409


async def test_a_file_is_imported_once(local_api: httpx2.AsyncClient, operator: Operator) -> None:
    mark = f"v{uuid4().hex[:12]}"
    names = sorted(handle() for _ in range(3))
    content = "\n".join([HEADER, *(f"{name},10,{mark},en,US CA" for name in names)]).encode()
    form = await operator.form(IMPORT, "import")
    answers = await asyncio.gather(*(sent(local_api, operator, form, content) for _ in range(2)))
    assert {answer.status_code for answer in answers} <= {303, 409}
    assert (await sent(local_api, operator, form, content)).status_code == 303
    assert sorted(await pool_of(operator, mark)) == names
    later = await sent(local_api, operator, await operator.form(IMPORT, "import"), content)
    assert later.status_code == 200
    shown = text_of(later.text)
    assert "0 accounts were added, 3 of 3 lines not" in shown
    assert "The pool has it already" in shown
    assert sorted(await pool_of(operator, mark)) == names


@pytest.mark.parametrize("way", ["file", "pasted"])
@pytest.mark.parametrize("all_or_nothing", [True, False])
async def test_each_bad_line_is_shown_with_its_number_its_text_and_its_problem(
    local_api: httpx2.AsyncClient, operator: Operator, way: str, all_or_nothing: bool
) -> None:
    mark = f"v{uuid4().hex[:12]}"
    name = handle()
    bad = '{"handle": "<script>alert(1)</script>\u202e"}'
    lines = [line(mark, name), "", bad, line(mark, name), "x" * 20_000, "{"]
    content = "\n".join(lines)
    form = await operator.form(IMPORT, "import")
    form.fields.pop("allOrNothing")
    values = {"allOrNothing": "yes"} if all_or_nothing else {}
    if way == "file":
        answer = await sent(local_api, operator, form, content.encode(), **values)
    else:
        answer = await operator.send(form, pasted=content, **values)
    assert answer.status_code == 200
    shown = text_of(answer.text)
    assert ("Nothing was added, as you have asked" in shown) is all_or_nothing
    assert f"{'0 accounts were' if all_or_nothing else '1 account was'} added, 4 of 5" in shown
    table = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [text_of(f"<main >{row}</main>") for row in table.split("<tr")[1:]]
    assert [row.split(" ")[1] for row in rows] == ["3", "4", "5", "6"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e" in table
    assert "<script>" not in table
    assert "Line 1 has it already" in rows[1]
    assert "longer than" in rows[2]
    assert await pool_of(operator, mark) == ([] if all_or_nothing else [name])


async def test_what_cannot_be_imported(local_api: httpx2.AsyncClient, operator: Operator) -> None:
    form = await operator.form(IMPORT, "import")
    for content, pasted, said in (
        (b"", "", "Expected a file"),
        (b"a,b\n1,2\n", "", "The header lacks"),
        (b"a,b\n1,2\n", "a,b", "not both"),
    ):
        answer = await sent(local_api, operator, form, content, pasted=pasted)
        assert answer.status_code == 422, said
        assert said in text_of(answer.text)
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    broken = await local_api.post(
        IMPORT, content=b"--y\r\n\r\n--x--", headers={**operator.headers, **kind}
    )
    assert broken.status_code == 422
    much = await sent(local_api, operator, form, b"", pasted="x" * 300_000)
    assert much.status_code == 413


async def test_a_file_of_somebody_whose_session_is_over_leads_to_the_sign_in(
    local_api: httpx2.AsyncClient, operator: Operator
) -> None:
    form = await operator.form(IMPORT, "import")
    operator.headers["Cookie"] = ""
    answer = await sent(local_api, operator, form, b"x" * 1_000, pasted="kept lines")
    assert answer.status_code == 401
    assert f'value="{IMPORT}"' in answer.text
    large = await sent(local_api, operator, form, b"x" * 600_000)
    assert large.status_code == 401


async def test_a_viewer_sees_the_pool_and_changes_nothing(
    local_api: httpx2.AsyncClient, installation: Installation, operator: Operator
) -> None:
    name = handle()
    page = f"{LIST}/pool_{await installation.pool_account(name, 5)}"
    viewer = await sign_in(local_api, installation, "viewer")
    assert IMPORT not in await viewer.get(LIST)
    for address, form_name in ((page, "change"), (page, "retire"), (f"{LIST}/new", "add")):
        form = await operator.form(address, form_name)
        assert "data-form" not in await viewer.get(address)
        form.fields.pop(WHOSE)
        answer = await viewer.send(form, handle=handle(), **ACCOUNT)
        assert answer.status_code == 403
    form = await operator.form(IMPORT, "import")
    form.fields.pop(WHOSE)
    assert (await sent(local_api, viewer, form, f"{HEADER}\n".encode())).status_code == 403
