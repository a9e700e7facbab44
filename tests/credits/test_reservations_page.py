"""Which jobs hold what is reserved: `GET /v1/credits/reservations`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.answers import refused
from tests.support.installation import now, project_id
from tests.support.tenants import job_start

from partner_api.ids import format_id
from partner_api.jobs import store as jobs

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

URL = "/v1/credits/reservations"


async def test_they_add_up_to_what_is_reserved(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=1_000)
    own = family.partner_key.headers
    items = [job_start(family.partner, credits, now=now()) for credits in (50, 120, 70)]
    async with installation.pool.acquire() as connection:
        for item in items:
            (outcome,) = await jobs.start_jobs(connection, family.partner.tenant_id, now(), [item])
            assert outcome.status == "done"
    first = (await api.get(URL, headers=own, params={"limit": 2})).json()
    second = (
        await api.get(URL, headers=own, params={"limit": 2, "cursor": first["nextCursor"]})
    ).json()
    found = [*first["items"], *second["items"]]
    newest = sorted((item.job_id for item in items), reverse=True)
    assert [one["jobId"] for one in found] == [format_id("job", one) for one in newest]
    assert second["nextCursor"] is None
    wallet = (await api.get("/v1/credits", headers=own)).json()
    assert sum(one["reservedCredits"] for one in found) == wallet["reservedCredits"] == 240
    assert {one["projectId"] for one in found} == {project_id(family.partner)}


async def test_what_has_ended_holds_nothing(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=1_000)
    await installation.finished_job(family.partner, credits=30)
    answer = await api.get(URL, headers=family.partner_key.headers)
    assert answer.json() == {"items": [], "nextCursor": None}


async def test_a_suspended_child_s_is_as_little_read_as_its_wallet(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family()
    await installation.set_status(family.child, "suspended")
    answer = await api.get(URL, headers=family.partner_key.acting_for(family.child))
    assert refused(answer, "KILL_SWITCH") == {"scope": "organization"}
