"""The pages of jobs: what the API has, what can be done once, and what is refused."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.ops.working import MISSING, claim, funded, job, report, start, upload
from tests.support.answers import granted
from tests.support.console import sign_in, text_of
from tests.support.installation import now, org_id, project_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.console import Operator
    from tests.support.installation import Installation, Key

NO = {"code": "NO_SOURCE", "message": "<b>gone</b> \u202e", "retryable": False}
HOOK = "Three <script>cafés</script> \u202e “in” Lisbon"


@pytest.fixture
async def worker(local_api: httpx2.AsyncClient, installation: Installation) -> dict[str, str]:
    """What authenticates a worker; nothing that other tests have left waits any more."""
    headers = await installation.operator("worker")
    while await claim(local_api, headers, max=50, waitSeconds=0):
        pass
    return headers


@pytest.fixture
async def key(installation: Installation) -> Key:
    return await funded(installation)


@pytest.fixture
async def operator(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    return await sign_in(local_api, installation, "operator")


async def failed_job(local_api: httpx2.AsyncClient, worker: dict[str, str], key: Key) -> str:
    (job_id,) = await start(local_api, key)
    (held,) = await claim(local_api, worker)
    granted(await report(local_api, worker, held, "fail", **NO))
    return job_id


def part_of(page: str, id: str) -> str:
    """A section of a page."""
    return page.partition(f'<section id="{id}"')[2].partition("</section>")[0]


async def test_what_waits_who_has_what_and_what_failed(
    local_api: httpx2.AsyncClient, worker: dict[str, str], key: Key, operator: Operator
) -> None:
    failed = await failed_job(local_api, worker, key)
    (running,) = await start(local_api, key)
    name = f"<i>w</i> {uuid4()}"
    (held,) = await claim(local_api, worker, workerId=name)
    waiting = await start(local_api, key, 2)
    page = await operator.get("/console/jobs")
    queue = part_of(page, "waiting")
    assert [
        one for one in re.findall(r'data-href="/console/jobs/(\w+)"', queue) if one in waiting
    ] == sorted(waiting)
    working = part_of(page, "working")
    assert (running in working, running in queue) == (True, False)
    assert name.replace("<", "&lt;").replace(">", "&gt;") in working
    assert held["leaseUntil"] in working, "when its claim ends"
    assert failed in part_of(page, "failed")
    assert "NO_SOURCE" in part_of(page, "failed")
    assert "&lt;b&gt;gone&lt;/b&gt; \\u202e" in page
    assert "\u202e" not in page
    assert 'data-live="10"' in page


async def test_filters_are_in_the_address_and_so_is_csv(
    local_api: httpx2.AsyncClient, worker: dict[str, str], key: Key, operator: Operator
) -> None:
    failed = await failed_job(local_api, worker, key)
    (waiting,) = await start(local_api, key)
    address = f"/console/jobs?organizationId={org_id(key.wallet)}"
    page = await operator.get(address)
    assert (failed in page, waiting in page) == (True, True)
    page = await operator.get(f"{address}&status=failed&format=video_remix&claimed=&workerId=w1")
    assert (failed in page, waiting in page) == (True, False)
    today = f"{now():%Y-%m-%d}"
    assert waiting in await operator.get(f"{address}&since={today}&claimed=false")
    assert "No job is like this" in await operator.get(f"{address}&since=9998-01-01")
    csv = await operator.get(f"{address}&status=failed&csv=jobs")
    assert csv.splitlines()[0].startswith("Job,Status,")
    assert f"{failed},failed,video_remix,{org_id(key.wallet)},live," in csv
    wrong = await operator.get(f"{address}&since=soon", status=422)
    assert "Since (UTC): Expected" in text_of(wrong)


async def test_a_finished_job_with_its_tries_its_cost_and_its_pictures(
    local_api: httpx2.AsyncClient, worker: dict[str, str], key: Key, operator: Operator
) -> None:
    path = f"/v1/projects/{project_id(key.wallet)}/content/slideshow-builder"
    started = await local_api.post(path, json={"hook": HOOK}, headers=key.headers)
    job_id = granted(started, 202)["jobId"]
    (held,) = await claim(local_api, worker)
    asset = await upload(local_api, worker, held, b"picture")
    granted(await report(local_api, worker, held, "complete", creditsCharged=40, assets=[asset]))
    page = await operator.get(f"/console/jobs/{job_id}")
    said = text_of(page)
    assert "Completed: 40 credits charged, 10 free again." in said
    assert "Try 1: w1 took it." in said
    assert f"/console/organizations/{org_id(key.wallet)}/credits?jobId={job_id}" in page
    (picture,) = re.findall(r"<img [^>]*>", page)
    assert 'alt="slide 1 of 1 of a slideshow builder about “Three &lt;script&gt;' in picture
    source = re.search(r'src="(/files/[^"]*)"', picture)
    assert source, "from this server"
    file = await local_api.get(source[1].replace("&amp;", "&"))
    assert (file.content, file.headers["content-type"]) == (b"picture", "image/png")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "<script>cafés" not in page
    assert "\u202e" not in page
    assert "data-live" not in page, "nothing changes any more"
    assert 'data-form="retry"' not in page


@pytest.mark.parametrize(
    ("mime_type", "tag"),
    [("video/mp4", "<video "), ("audio/mpeg", "<audio "), ("image/svg+xml", None)],
)
async def test_what_is_shown_is_what_no_browser_runs(
    local_api: httpx2.AsyncClient,
    worker: dict[str, str],
    key: Key,
    operator: Operator,
    mime_type: str,
    tag: str | None,
) -> None:
    (job_id,) = await start(local_api, key)
    (held,) = await claim(local_api, worker)
    asset = {**await upload(local_api, worker, held, b"<svg/>"), "mimeType": mime_type}
    granted(await report(local_api, worker, held, "complete", creditsCharged=1, assets=[asset]))
    page = await operator.get(f"/console/jobs/{job_id}")
    made = part_of(page, "made")
    assert (tag is None) or tag in made
    assert "<img " not in made
    link = re.search(r'href="(/files/[^"]*)"', made)
    assert link
    file = await local_api.get(link[1].replace("&amp;", "&"))
    served = "application/octet-stream" if tag is None else mime_type
    assert file.headers["content-type"] == served


async def test_a_retry_starts_one_job_however_often_it_is_sent(
    local_api: httpx2.AsyncClient, worker: dict[str, str], key: Key, operator: Operator
) -> None:
    job_id = await failed_job(local_api, worker, key)
    page = f"/console/jobs/{job_id}"
    said = text_of(await operator.get(page))
    assert "It reserves 120 credits" in said
    assert "100,000 → 99,880 credits available" in said
    assert "NO_SOURCE" in said
    form = await operator.form(page, "retry")
    answers = await asyncio.gather(*(operator.send(form) for _ in range(3)))
    settled = [one for one in answers if one.status_code == 303]
    assert {one.headers["location"] for one in settled} == {settled[0].headers["location"]}
    # What came while the first ran is told so, and may send the same form again.
    assert {one.status_code for one in answers} <= {303, 409}
    again = await operator.send(form)
    assert again.headers["location"] == settled[0].headers["location"]
    new = again.headers["location"].rpartition("/")[2]
    assert (await job(local_api, key, new))["reservedCredits"] == 120
    wallet = granted(await local_api.get("/v1/credits", headers=key.headers))
    assert wallet["reservedCredits"] == 120, "one job"


async def test_a_retry_that_reserves_much_is_asked_about(
    local_api: httpx2.AsyncClient,
    worker: dict[str, str],
    key: Key,
    operator: Operator,
    installation: Installation,
) -> None:
    finance = await installation.operator("operator")
    path = f"/ops/v1/organizations/{org_id(key.wallet)}"
    prices = {"formatPrices": {"video_remix": 50_000}}
    granted(await local_api.patch(path, json=prices, headers=finance))
    job_id = await failed_job(local_api, worker, key)
    form = await operator.form(f"/console/jobs/{job_id}", "retry")
    asked = await operator.send(form)
    assert asked.status_code == 200
    assert "100,000 credits" in text_of(asked.text)
    assert "50,000 credits" in text_of(asked.text)
    wallet = granted(await local_api.get("/v1/credits", headers=key.headers))
    assert wallet["reservedCredits"] == 0
    assert (await operator.send(form, confirmed="yes")).status_code == 200
    assert (await operator.send(form, confirmed="100000")).status_code == 303


async def test_a_retry_that_the_wallet_cannot_pay_is_refused_and_says_so(
    local_api: httpx2.AsyncClient, installation: Installation, operator: Operator
) -> None:
    key = await installation.key(await installation.partner(prepaid=120), "*")
    (job_id,) = await start(local_api, key)
    granted(await local_api.post(f"/v1/jobs/{job_id}/cancel", headers=key.headers), 202)
    form = await operator.form(f"/console/jobs/{job_id}", "retry")
    await start(local_api, key)
    refused = await operator.send(form)
    assert refused.status_code == 402
    assert "That is not enough" in text_of(refused.text)
    assert "insufficient_credits" in text_of(refused.text)


async def test_a_cancel_says_what_becomes_of_the_credits(
    local_api: httpx2.AsyncClient, worker: dict[str, str], key: Key, operator: Operator
) -> None:
    (waiting,) = await start(local_api, key)
    page = f"/console/jobs/{waiting}"
    shown = text_of(await operator.get(page))
    assert "ends at once. The 120 credits that it holds" in shown
    assert re.search(r"([\d,]+) → ([\d,]+) credits available", shown)
    form = await operator.form(page, "cancel")
    answers = await asyncio.gather(*(operator.send(form) for _ in range(2)))
    assert 303 in {one.status_code for one in answers}
    assert (await job(local_api, key, waiting))["status"] == "canceled"
    assert "Canceled." in text_of(await operator.get(page))

    (running,) = await start(local_api, key)
    (held,) = await claim(local_api, worker)
    page = f"/console/jobs/{running}"
    form = await operator.form(page, "cancel")
    assert "as soon as its worker reports next" in text_of(await operator.get(page))
    assert (await operator.send(form)).status_code == 303
    said = await operator.get(page)
    assert 'data-form="cancel"' not in said
    assert "Cancel accepted; the worker is told." in text_of(said)
    assert granted(await report(local_api, worker, held, "heartbeat"))["cancelRequested"]


async def test_what_is_being_finished_is_not_canceled(
    local_api: httpx2.AsyncClient, worker: dict[str, str], key: Key, operator: Operator
) -> None:
    (job_id,) = await start(local_api, key)
    (held,) = await claim(local_api, worker)
    form = await operator.form(f"/console/jobs/{job_id}", "cancel")
    granted(await report(local_api, worker, held, "heartbeat", stage="finalizing"))
    refused = await operator.send(form)
    assert refused.status_code == 409
    assert "being finished" in text_of(refused.text)


async def test_a_viewer_sees_no_form_and_may_send_none(
    local_api: httpx2.AsyncClient,
    installation: Installation,
    worker: dict[str, str],
    key: Key,
) -> None:
    failed = await failed_job(local_api, worker, key)
    (running,) = await start(local_api, key)
    viewer = await sign_in(local_api, installation, "viewer")
    for job_id, name in ((failed, "retry"), (running, "cancel")):
        page = f"/console/jobs/{job_id}"
        assert f'data-form="{name}"' not in await viewer.get(page)
        fields: dict[str, Any] = {"form": name, "page": page, "idempotencyKey": str(uuid4())}
        refused = await viewer.post(f"{page}/{name}", fields)
        assert refused.status_code == 403
        assert "operator" in text_of(refused.text)
    assert (await job(local_api, key, running))["status"] == "running"


async def test_a_job_that_is_not_there(operator: Operator) -> None:
    assert "There is no such page" in text_of(await operator.get(f"/console/jobs/{MISSING}", 404))
