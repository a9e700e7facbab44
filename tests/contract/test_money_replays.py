"""Replays of what money functions keep: facts, which the route makes an answer of, whoever stored them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.support.answers import granted
from tests.support.installation import now, org_id, project_id
from tests.support.operations import allocate

from partner_api.app import ROUTES
from partner_api.edge.declaration import Runs

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

# The release before stored the status of the answer, this one stores 200 whatever the answer's is.
RELEASES = ["this", "before"]


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with credits, and a child that has some of them."""
    family = await installation.family(prepaid=1000)
    async with installation.pool.acquire() as connection:
        assert (await allocate(connection, family.child, 500, now=now())).status == "done"
    return family


async def _stored_by(
    installation: Installation, wallet: Wallet, key: str, release: str, status: int
) -> None:
    """Have the record of a key as a server of this release leaves it."""
    update = "UPDATE idempotency_keys SET status_code = $3 WHERE tenant_id = $1 AND key = $2"
    if release == "before":
        changed = await installation.owner.execute(update, wallet.tenant_id, key, status)
        assert changed == "UPDATE 1"
    stored = await installation.owner.fetchval(
        "SELECT status_code FROM idempotency_keys WHERE tenant_id = $1 AND key = $2",
        wallet.tenant_id,
        key,
    )
    assert stored == (status if release == "before" else 200)


def _assert_replayed(again: httpx2.Response, first: httpx2.Response) -> None:
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_every_route_for_keys_says_how() -> None:
    """So that a repetition is answered also when its child has been suspended since."""
    without = {
        f"{route.method} {route.template}"
        for route in chain.from_iterable(ROUTES)
        if route.declared.runs is Runs.MONEY
        and route.declared.access.kind == "key"
        and route.declared.replays is None
    }
    # Nobody does it for a child, which has no children.
    assert without == {"PATCH /v1/organizations/{orgId}/credit-config"}


@pytest.mark.parametrize("suspended", [False, True])
@pytest.mark.parametrize("release", RELEASES)
async def test_a_start(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    release: str,
    suspended: bool,
) -> None:
    headers = {**family.partner_key.acting_for(family.child), "Idempotency-Key": "k"}
    path = f"/v1/projects/{project_id(family.child)}/content/auto"
    first = await api.post(path, json={}, headers=headers)
    granted(first, 202)
    await _stored_by(installation, family.child, "k", release, 202)
    if suspended:
        await installation.set_status(family.child, "suspended")
    _assert_replayed(await api.post(path, json={}, headers=headers), first)


@pytest.mark.parametrize("suspended", [False, True])
@pytest.mark.parametrize("release", RELEASES)
async def test_a_cancel(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    release: str,
    suspended: bool,
) -> None:
    headers = family.partner_key.acting_for(family.child)
    start = f"/v1/projects/{project_id(family.child)}/content/auto"
    job_id = granted(await api.post(start, json={}, headers=headers), 202)["jobId"]
    path = f"/v1/jobs/{job_id}/cancel"
    answers = {}
    for key, status in (("accepted", 202), ("over", 200)):
        answers[key] = await api.post(path, headers={**headers, "Idempotency-Key": key})
        assert granted(answers[key], status)["accepted"] == (key == "accepted")
        await _stored_by(installation, family.child, key, release, status)
    if suspended:
        await installation.set_status(family.child, "suspended")
    for key, first in answers.items():
        again = await api.post(path, headers={**headers, "Idempotency-Key": key})
        _assert_replayed(again, first)


@pytest.mark.parametrize("release", RELEASES)
async def test_an_allocation(
    api: httpx2.AsyncClient, installation: Installation, family: Family, release: str
) -> None:
    headers = {**family.partner_key.headers, "Idempotency-Key": "k"}
    path = f"/v1/organizations/{org_id(family.child)}/credits/allocate"
    first = await api.post(path, json={"credits": 5}, headers=headers)
    allocation = granted(first, 201)
    await _stored_by(installation, family.partner, "k", release, 201)
    again = await api.post(path, json={"credits": 5}, headers=headers)
    assert granted(again, 201) == {**allocation, "replayed": True}
