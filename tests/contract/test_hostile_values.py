"""Whatever is sent to whichever route is read, or refused as the contract says; it is never a fault.

The values of `hostile.py` go to every place that the OpenAPI document has for them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio
from tests.contract.hostile_values import (
    EDGE_TIMES,
    ENDLESS,
    FAR_TIMES,
    NO_BODIES,
    NO_CURSORS,
    NO_INTEGERS,
    NO_NUMBERS,
    NO_QUERY_INTEGERS,
    NO_SEGMENTS,
    NO_TEXTS,
    NO_UTF_8,
    NUL,
    WIDE,
    Spot,
    body_spots,
    body_with,
    nested,
    parameters,
)
from tests.contract.named_ids import Ids, with_what_is_named
from tests.contract.route_table import DESCRIBED, ROUTES, Body, ForKeys, ForOperators, Public
from tests.support.answers import error_details, granted, issues
from tests.support.installation import now
from tests.support.served import request_line, send_raw

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2
    from tests.support.documented import Documented
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service

WRITES = [name for name in DESCRIBED if not name.startswith("GET ")]
UPLOADS = {"POST /ops/v1/pool/accounts/import", "PUT /ops/v1/jobs/{jobId}/assets/{name}"}
JSON_WRITES = [name for name in WRITES if name not in UPLOADS]
# A list of one day, which says what is wrong with that first.
_OF_A_DAY = {"GET /ops/v1/renewals/leases"}


def _body_of(name: str) -> Body | None:
    use = ROUTES[name]
    return use.body if isinstance(use, ForKeys | ForOperators) else None


# What a number is that no reader could hold has no place of its own.
NOWHERE = {""}


@dataclass(frozen=True)
class Asker:
    """Sends requests to one route, in the name of somebody who may use it, about things that exist."""

    client: httpx2.AsyncClient
    name: str
    ids: Ids
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """The route's address, with the ids of things that exist."""
        return self.ids.fill(self.name.partition(" ")[2])

    @property
    def body(self) -> Any:
        """A body that would do something; None for a route without one."""
        body = _body_of(self.name)
        return body and json.loads(self.ids.fill(json.dumps(body)))

    async def ask(
        self,
        *,
        path: str | None = None,
        query: str = "",
        content: bytes | None = None,
        headers: dict[str, Any] | None = None,
    ) -> httpx2.Response:
        """Send a request; whatever it is, the answer is no fault of the server's."""
        method = self.name.partition(" ")[0]
        if content is None and method != "GET" and self.body is not None:
            content = json.dumps(self.body).encode()
        response = await self.client.request(
            method,
            f"{path or self.path}?{query}",
            content=content,
            headers={**self.headers, "Idempotency-Key": str(uuid4()), **(headers or {})},
        )
        suspended = (
            response.status_code == 503 and response.json()["error"]["code"] == "KILL_SWITCH"
        )
        assert response.status_code < 500 or suspended, (query, content, response.text)
        return response


@pytest.fixture(scope="module")
def askers() -> dict[str, Asker]:
    """Those of all routes, so that a route's tests share a partner: most of them change nothing."""
    return {}


@pytest_asyncio.fixture
async def asker(
    askers: dict[str, Asker], local_api: httpx2.AsyncClient, installation: Installation, name: str
) -> Asker:
    """Asks on one route, about things of a partner that no other route is asked about."""
    if name not in askers:
        askers[name] = await _make_asker(local_api, installation, name)
    return askers[name]


async def _make_asker(client: httpx2.AsyncClient, installation: Installation, name: str) -> Asker:
    use = ROUTES[name]
    if isinstance(use, Public):
        return Asker(client, name, Ids(uuid4(), uuid4(), uuid4()), {})
    family = await installation.family(prepaid=1000, cash_cents=100_000)
    ids = Ids(family.child.organization_id, family.partner.project_id, family.child_key.key_id)
    ids = await with_what_is_named(name, ids, installation, family.partner)
    headers = family.partner_key.headers
    if isinstance(use, ForOperators):
        headers = await installation.operator("admin")
    return Asker(client, name, ids, headers)


@pytest.mark.parametrize("name", DESCRIBED)
async def test_no_query_is_a_fault(asker: Asker, documented: Documented, name: str) -> None:
    """What no layer below can hold is refused, with the parameter's name."""
    spots = parameters(documented, name, "query")
    refused_values: dict[str, list[str]] = {}
    for spot in spots:
        if spot.is_time:
            refused_values[spot.path] = FAR_TIMES
        elif spot.holds("integer"):
            refused_values[spot.path] = [*NO_INTEGERS, *NO_QUERY_INTEGERS]
        elif spot.path != "cursor":
            refused_values[spot.path] = [NUL]
    for turn in range(max(map(len, refused_values.values()), default=0)):
        chosen = {
            path: values[turn] for path, values in refused_values.items() if turn < len(values)
        }
        query = "&".join(f"{path}={value}" for path, value in chosen.items())
        assert set(issues(await asker.ask(query=query))) >= set(chosen)
    # It is looked at when the filters that it belongs to can be read.
    needed = f"date={now().date() + timedelta(days=1)}&" if name in _OF_A_DAY else ""
    for value in NO_CURSORS if any(spot.path == "cursor" for spot in spots) else []:
        assert set(issues(await asker.ask(query=f"{needed}cursor={value}"))) == {"cursor"}
    for value in NO_UTF_8 if spots else []:
        query = "&".join(f"{spot.path}={value}" for spot in spots)
        assert "" in issues(await asker.ask(query=query))
    for spot in spots:
        for extreme in spot.extremes:
            await asker.ask(query=f"{spot.path}={quote(str(extreme))}")
    if times := [spot for spot in spots if spot.is_time]:
        for value in EDGE_TIMES:
            await asker.ask(query="&".join(f"{spot.path}={value}" for spot in times))


@pytest.mark.parametrize("name", [name for name in DESCRIBED if "{" in name])
async def test_no_path_is_a_fault(asker: Asker, documented: Documented, name: str) -> None:
    """It names nothing, or is malformed; that an address with a slash has another route is no fault."""
    template = name.partition(" ")[2]
    for spot in parameters(documented, name, "path"):
        for value in NO_SEGMENTS:
            path = asker.ids.fill(template.replace(f"{{{spot.path}}}", value))
            answer = await asker.ask(path=path)
            assert answer.status_code in (400, 404, 405, 409, 422), (path, answer.text)


@pytest.mark.parametrize("name", DESCRIBED)
async def test_no_header_is_a_fault(asker: Asker, name: str) -> None:
    """Also one with bytes that are no text."""
    others = ("If-None-Match", "Content-Type", "User-Agent", "X-Forwarded-For", "Accept")
    for value in (b"\xff", b"\x80" * 255, b"\xed\xa0\x80", b"x" * 256):
        headers = dict.fromkeys(("Idempotency-Key", "X-Layers-Organization", *others), value)
        answer = await asker.ask(headers=headers)
        expected = set()
        if not name.startswith("GET "):
            expected.add("Idempotency-Key")
        if isinstance(ROUTES[name], ForKeys):
            expected.add("X-Layers-Organization")
        assert not expected or expected <= set(issues(answer))


@pytest.mark.parametrize("name", JSON_WRITES)
async def test_no_body_is_a_fault(asker: Asker, documented: Documented, name: str) -> None:
    """What is no JSON is 400, what cannot be held is 422; on a route without a body, all is 400."""
    takes_one = bool(body_spots(documented, name))
    for content, status, paths in NO_BODIES:
        found = issues(await asker.ask(content=content), status if takes_one else 400)
        assert set(found) == {""} if not takes_one else paths <= set(found)


@pytest.mark.parametrize("name", [name for name in DESCRIBED if name not in JSON_WRITES])
async def test_bytes_that_nobody_reads_are_no_fault(asker: Asker, name: str) -> None:
    for content in (b"\xff", nested(2_000)):
        await asker.ask(content=content)


@pytest.mark.parametrize("name", [name for name in JSON_WRITES if _body_of(name) is not None])
async def test_no_field_is_a_fault(asker: Asker, documented: Documented, name: str) -> None:
    """Every field is named that has a value which no layer below can hold, however deep it is."""
    spots = body_spots(documented, name)
    kinds: list[tuple[Callable[[Spot], bool], list[str]]] = [
        (lambda spot: spot.holds("integer"), [*NO_INTEGERS, ENDLESS]),
        (lambda spot: spot.holds("number"), NO_NUMBERS),
        (lambda spot: spot.schema == {}, [*NO_NUMBERS[:2], *NO_TEXTS]),
        (lambda spot: spot.holds("string"), NO_TEXTS),
        (lambda spot: spot.is_time, [f'"{time}"' for time in FAR_TIMES]),
    ]
    for has_kind, values in kinds:
        chosen = [spot for spot in spots if has_kind(spot)]
        for value in values if chosen else []:
            content = body_with(asker.body, dict.fromkeys(chosen, msgspec.Raw(value.encode())))
            found = set(issues(await asker.ask(content=content)))
            assert found >= {spot.path for spot in chosen} or found == NOWHERE, (value, found)
    for spot in spots:
        # How long it waits is tried elsewhere.
        for extreme in spot.extremes if spot.path != "waitSeconds" else []:
            await asker.ask(content=body_with(asker.body, {spot: extreme}))


async def test_what_can_be_held_comes_back(api: httpx2.AsyncClient, family: Family) -> None:
    """Also from the stored answer; a number may change its form, but not its value."""
    deepest: Any = 0
    for _ in range(62):
        deepest = [deepest]
    metadata = {
        "deepest": deepest,
        "whole": [2**53, 2**64, -(2**70), 10**308],
        "real": [1e308, 5e-324, -0.0, 1e-7],
        "texts": ["\U0010ffff", "\uffff", "\ufeff", "\x7f\x01", "x" * 1_000, WIDE],
        "": {"": {}},
    }
    content = json.dumps({"name": "P", "timezone": "UTC", "metadata": metadata})
    headers = {**family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    made = granted(await api.post("/v1/projects", content=content, headers=headers), 201)
    # A great one comes back with all its digits.
    real = [float(number) for number in made["metadata"]["real"]]
    assert made["metadata"] | {"real": real} == metadata
    again = await api.post("/v1/projects", content=content, headers=headers)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert granted(again, 201) == made
    path = f"/v1/projects/{made['id']}"
    assert granted(await api.get(path, headers=family.partner_key.headers)) == made


@pytest.mark.parametrize(
    ("target", "header"),
    [
        (b"/v1/projects", b"Idempotency-Key: a\x00b"),
        (b"/v1/projects", b"X-Layers-Organization: \x00"),
        (b"/v1/projects", b"User-Agent: \x7f"),
        (b"/v1/projects", b"If-None-Match: a\x0bb"),
        (b"/v1/projects/\xff", b"Accept: */*"),
        (b"/v1/projects/\xc3\xa9", b"Accept: */*"),
        (b"/v1/projects?search=\xff", b"Accept: */*"),
        (b"/v1/projects?search=\x01", b"Accept: */*"),
    ],
)
async def test_bytes_that_http_does_not_have_are_400(
    server: Service, family: Family, target: bytes, header: bytes
) -> None:
    authorization = b"Authorization: Bearer " + family.partner_key.text.encode()
    answer = await send_raw(server, request_line(target, authorization, header))
    assert answer.status == 400
    error_details(answer.body, answer.headers, "VALIDATION")
