"""What a repetition of a request gets, of the routes whose records hold facts and once held the whole answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.edge.idempotency.changes import (
    CHANGES,
    MISSING,
    Change,
    fulfil,
    price,
    recall,
    refund,
    reject,
)
from tests.support.answers import granted, refused

from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx2
    from tests.support.installation import Installation


REPLAYED = "Idempotent-Replayed"
# On their path, another id gives an address where nothing is.
NAMED_BY_OPERATORS = (refund, price, recall, fulfil, reject)


async def send(
    api: httpx2.AsyncClient, change: Change, key: str, *, path: str | None = None
) -> httpx2.Response:
    return await api.request(
        change.method,
        path or change.path,
        json=change.body,
        headers={**change.headers, "Idempotency-Key": key},
    )


@pytest.mark.parametrize("prepare", CHANGES, ids=lambda change: change.__name__)
async def test_a_repetition_gets_the_first_answer_whatever_has_become_of_it(
    api: httpx2.AsyncClient,
    installation: Installation,
    prepare: Callable[[Installation], Awaitable[Change]],
) -> None:
    change, key = await prepare(installation), str(uuid4())
    first = await send(api, change, key)
    granted(first)
    assert REPLAYED not in first.headers
    if change.afterwards is not None:
        await change.afterwards()
    again = await send(api, change, key)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers[REPLAYED] == "true"
    kept = await installation.owner.fetchrow(
        "SELECT status_code, answer::text AS answer FROM idempotency_keys WHERE key = $1", key
    )
    assert kept is not None
    assert all(name == name.lower() for name in msgspec.json.decode(kept["answer"]))


@pytest.mark.parametrize("prepare", CHANGES, ids=lambda change: change.__name__)
async def test_a_record_of_the_release_before_is_answered_as_it_is(
    api: httpx2.AsyncClient,
    installation: Installation,
    prepare: Callable[[Installation], Awaitable[Change]],
) -> None:
    """It is the whole answer, with the names of the API."""
    change, key = await prepare(installation), str(uuid4())
    first = await send(api, change, key)
    granted(first)
    await installation.owner.execute(
        "UPDATE idempotency_keys SET answer = $1::text::json WHERE key = $2", first.text, key
    )
    if change.afterwards is not None:
        await change.afterwards()
    again = await send(api, change, key)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers[REPLAYED] == "true"


@pytest.mark.parametrize("prepare", NAMED_BY_OPERATORS, ids=lambda change: change.__name__)
async def test_a_key_that_was_used_is_a_conflict_before_what_is_not_there(
    api: httpx2.AsyncClient,
    installation: Installation,
    prepare: Callable[[Installation], Awaitable[Change]],
) -> None:
    change, key = await prepare(installation), str(uuid4())
    parts = change.path.split("/")
    (place,) = [i for i, part in enumerate(parts) if "_" in part]
    prefix = parts[place].partition("_")[0]
    parts[place] = format_id(prefix, UUID(MISSING))  # type: ignore[arg-type]  # of the route's path
    absent = "/".join(parts)
    refused(await send(api, change, key, path=absent), "NOT_FOUND")
    granted(await send(api, change, key))
    refused(await send(api, change, key, path=absent), "IDEMPOTENCY_CONFLICT")
