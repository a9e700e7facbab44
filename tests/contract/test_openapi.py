"""The OpenAPI document: valid, complete, and true of what the server does with anything it is sent."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.contract.hostile_values import EDGE_TIMES, FAR_TIMES, NO_BODIES, nested
from tests.contract.route_table import (
    DESCRIBED,
    ROUTES,
    ForKeys,
    ForOperators,
)
from tests.support.answers import REQUEST_ID
from tests.support.installation import EVERYTHING, now, org_id, project_id

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from tests.support.documented import Documented
    from tests.support.installation import Installation
    from tests.support.serving import Service

# Of each kind of request: valid and not, about things that exist and things that do not, with other bodies. The first
# of a kind is the simplest one.
EXAMPLES = 2
BODY_EXAMPLES = 1
MANY_EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
UNKNOWN = UUID("01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05")
# It would move the time of all other tests; `tests/ops/test_clock.py` has a server for that.
NOT_FUZZED = {"POST /ops/v1/clock"}
# Of 1970 to 9999, as the document says, and of other years; by itself it would keep to the form alone.
TIMES = [format_milliseconds(now()), "2026-06-01T00:00:00Z", *EDGE_TIMES, *FAR_TIMES]
schemathesis.openapi.format("date-time", st.sampled_from(TIMES))
# JSON of every depth, and bytes that are none.
BODIES = st.one_of(
    st.builds(nested, st.integers(1, 100)),
    st.sampled_from([content for content, _, _ in NO_BODIES]),
    st.binary(max_size=20),
)


def test_the_document_is_openapi_3_1(documented: Documented) -> None:
    assert documented.schema.raw_schema["openapi"] == "3.1.0"
    documented.schema.validate()


def test_every_route_is_in_it(documented: Documented) -> None:
    assert set(documented.operations) == set(DESCRIBED)


def test_every_operation_says_what_it_is_and_what_can_go_wrong(documented: Documented) -> None:
    names = set()
    for name, operation in documented.operations.items():
        raw = operation.definition.raw
        names.add(raw["operationId"])
        assert raw["summary"], name
        assert raw["tags"], name
        promised = set(raw["responses"])
        assert any(status.startswith(("2", "302")) for status in promised), name
        assert "500" in promised, name
        use = ROUTES[name]
        if isinstance(use, ForKeys | ForOperators):
            assert {"401", "403", "429", "503"} <= promised, name
        if isinstance(use, ForKeys) and "{" in name:
            assert "404" in promised, name
    assert len(names) == len(documented.operations)


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(EXAMPLES, id="few"),
        pytest.param(MANY_EXAMPLES, marks=pytest.mark.long, id="many"),
    ],
)
@pytest.mark.parametrize("name", sorted({*DESCRIBED} - NOT_FUZZED))
async def test_whatever_is_sent_is_answered_as_promised(
    server: Service,
    documented: Documented,
    installation: Installation,
    name: str,
    examples: int,
) -> None:
    """Valid and invalid requests, about things that exist and things that do not; the long ones are more of each kind.

    That nothing is read before the key is known is in `test_isolation.py`.
    """
    family = await installation.family(prepaid=1000, cash_cents=1000)
    use = ROUTES[name]
    headers = {}
    if isinstance(use, ForKeys):
        headers = (await installation.key(family.partner, *EVERYTHING)).headers
    elif isinstance(use, ForOperators):
        headers = await installation.operator("admin")
    mine = {
        "orgId": org_id(family.child),
        "projectId": project_id(family.partner),
        "keyId": format_id("key", family.partner_key.key_id),
    }
    await asyncio.to_thread(_fuzz, server, documented, name, headers, mine, examples)


def _fuzz(
    server: Service,
    documented: Documented,
    name: str,
    headers: dict[str, str],
    mine: dict[str, str],
    examples: int,
) -> None:
    """Send valid and invalid requests, with the ids of ``mine`` and with generated ones."""
    operation = documented.operations[name]
    named = {parameter.name for parameter in operation.path_parameters}
    for mode in GenerationMode:
        for ids in (mine, None) if named and named <= set(mine) else (None,):
            filled = ids and {parameter: ids[parameter] for parameter in named}
            strategy = operation.as_strategy(generation_mode=mode, path_parameters=filled)
            # Where there is nothing to vary, nothing can be invalid.
            with contextlib.suppress(Unsatisfiable):
                _send(server, strategy, headers, examples=examples)
    filled = {name: mine.get(name, str(UNKNOWN)) for name in named}
    # To make a body that is not sent takes longer than all else.
    whole = {"body": b"", "media_type": operation.body[0].media_type} if operation.body else {}
    strategy = operation.as_strategy(path_parameters=filled, **whole)
    strategy = st.builds(_with_body, strategy, BODIES)
    _send(server, strategy, headers, examples=examples * BODY_EXAMPLES // EXAMPLES)


def _with_body(case: schemathesis.Case[Any], body: bytes) -> schemathesis.Case[Any]:
    """Send these bytes with a request, whether its route takes a body or not."""
    case.body = body
    case.media_type = case.media_type or "application/json"
    return case


def _send(
    server: Service,
    strategy: SearchStrategy[schemathesis.Case[Any]],
    headers: dict[str, str],
    *,
    examples: int,
) -> None:
    @given(strategy)
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: schemathesis.Case[Any]) -> None:
        response = case.call_and_validate(
            base_url=server.base_url,
            headers=headers,
            checks=CHECKS,
            timeout=60,
        )
        assert response.status_code not in (500, 502, 504)
        assert REQUEST_ID.fullmatch(response.headers["x-request-id"][0])

    send()
