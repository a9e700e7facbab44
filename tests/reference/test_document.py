"""The OpenAPI document says what the routes do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from tests.edge.conftest import client  # noqa: F401 - a fixture
from tests.reference.described import DESCRIBED, DOCUMENT
from tests.support import sample

from partner_api.errors import CODES, KINDS
from partner_api.reference.document import build_document
from partner_api.reference.possible_errors import errors_of
from partner_api.reference.site import Site

if TYPE_CHECKING:
    import httpx2

    from partner_api.edge.route import Route

SAMPLE = build_document(sample.routes)
REAL = DOCUMENT


def _operation(method: str, path: str) -> dict[str, Any]:
    operation: dict[str, Any] = SAMPLE["paths"][path][method]
    return operation


def _every(value: Any, key: str) -> list[Any]:
    if isinstance(value, dict):
        found = [value[key]] if key in value else []
        return found + [item for inner in value.values() for item in _every(inner, key)]
    if isinstance(value, list):
        return [item for inner in value for item in _every(inner, key)]
    return []


@pytest.mark.parametrize("document", [SAMPLE, REAL], ids=["sample", "real"])
def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = _every(document, "$ref")
    assert references
    for reference in references:
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


@pytest.mark.parametrize("document", [SAMPLE, REAL], ids=["sample", "real"])
def test_names_of_operations_and_types_suit_generated_clients(document: dict[str, Any]) -> None:
    names = _every(document["paths"], "operationId")
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", name) for name in names)
    assert all(
        re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in document["components"]["schemas"]
    )


def test_the_document_is_made_when_it_is_first_asked_for() -> None:
    """Whoever starts a server waits for each of its processes."""
    site = Site(sample.routes)
    assert "document" not in vars(site)
    file = site.find("/openapi.json")
    assert file is not None
    assert msgspec.json.decode(file.content) == vars(site)["document"] == SAMPLE


def test_a_body_shows_every_field_and_that_it_is_strict() -> None:
    schema = SAMPLE["components"]["schemas"]["NewThing"]
    assert set(schema["properties"]) == {
        "name",
        "credits",
        "shape",
        "shapes",
        "projectId",
        "dueAt",
        "metadata",
        "smallest",
        "largest",
    }
    assert schema["required"] == ["name", "credits"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["name"] == {"type": "string", "minLength": 1, "maxLength": 8}
    body = _operation("post", "/v1/things")["requestBody"]
    assert body["required"] is True
    assert body["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/NewThing"
    }
    delete = _operation("delete", "/v1/projects/{projectId}/thing")
    assert delete["requestBody"]["required"] is False


def test_parameters_are_shown_as_they_are_checked() -> None:
    parameters = {
        (parameter["in"], parameter["name"]): parameter
        for parameter in _operation("get", "/v1/projects/{projectId}/things")["parameters"]
    }
    assert set(parameters) == {
        ("path", "projectId"),
        ("query", "status"),
        ("query", "projectId"),
        ("query", "since"),
        ("query", "flag"),
        ("query", "limit"),
        ("query", "cursor"),
        ("header", "X-Layers-Organization"),
    }
    assert parameters["path", "projectId"]["required"] is True
    assert parameters["query", "limit"]["schema"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 5,
        "default": 3,
    }
    assert parameters["query", "status"]["schema"]["items"]["enum"] == ["assigned", "disconnected"]


def test_a_write_takes_an_idempotency_key_and_says_whether_it_must() -> None:
    def required(method: str, path: str) -> bool:
        (found,) = (
            parameter["required"]
            for parameter in _operation(method, path)["parameters"]
            if parameter["name"] == "Idempotency-Key"
        )
        return bool(found)

    assert not required("post", "/v1/things")
    assert required("post", "/v1/organizations/{orgId}/secrets")
    names = [one["name"] for one in _operation("get", "/v1/thing")["parameters"]]
    assert "Idempotency-Key" not in names


def test_headers_that_a_handler_reads_are_shown() -> None:
    upload = REAL["paths"]["/ops/v1/jobs/{jobId}/assets/{name}"]["put"]
    headers = {one["name"]: one for one in upload["parameters"] if one["in"] == "header"}
    assert set(headers) == {"X-Worker-Id", "X-Claim-Token", "Idempotency-Key"}
    assert headers["X-Claim-Token"]["required"]
    assert headers["X-Claim-Token"]["schema"]["format"] == "uuid"


def test_an_upload_says_how_large_a_file_may_be() -> None:
    upload = REAL["paths"]["/ops/v1/jobs/{jobId}/assets/{name}"]["put"]
    assert "104,857,600 bytes" in upload["responses"]["413"]["description"]


def test_who_may_use_a_route_is_shown() -> None:
    assert _operation("get", "/open")["security"] == []
    assert _operation("get", "/v1/thing")["security"] == [{"partnerKey": []}]
    assert _operation("post", "/v1/things")["security"] == [{"partnerKey": ["projects:write"]}]
    assert _operation("get", "/ops/v1/report")["security"] == [{"operatorToken": ["finance"]}]


@pytest.mark.parametrize(
    "route",
    [*sample.routes, *DESCRIBED],
    ids=lambda route: f"{route.method} {route.template}",
)
def test_every_error_has_an_example_under_its_status(route: Route) -> None:
    document = build_document([route])
    responses = document["paths"][route.template][route.method.lower()]["responses"]
    for code in errors_of(route):
        answer = responses[str(KINDS[code].status)]
        example = answer["content"]["application/json"]["examples"][code]["value"]
        assert example["error"]["code"] == code
        assert code in answer["description"]
        for header in ("X-Request-Id", *KINDS[code].headers):
            assert header in answer["headers"]
    assert set(responses) == {
        str(status) for status in (route.declared.status, *route.declared.also)
    } | {str(KINDS[code].status) for code in errors_of(route)} | (
        {"400"} if route.writes else set()
    )


def test_errors_follow_from_what_is_declared() -> None:
    routes = {route.handler.__name__: set(errors_of(route)) for route in sample.routes}
    assert routes["read_open"] == {"INTERNAL"}
    assert routes["read_report"] == {
        "UNAUTHENTICATED",
        "FORBIDDEN_SCOPE",
        "RATE_LIMITED",
        "PAYLOAD_TOO_LARGE",
        "UNAVAILABLE",
        "INTERNAL",
    }
    everything = set(CODES) - {"METHOD_NOT_ALLOWED", "CONFLICT", "BILLING_EXHAUSTED"}
    assert routes["create_secret"] == everything
    assert routes["create_thing"] == everything - {"IDEMPOTENCY_REQUIRED"}


async def test_the_document_is_served(client: httpx2.AsyncClient) -> None:  # noqa: F811
    response = await client.get("/openapi.json")
    assert response.headers["Content-Type"] == "application/json"
    document = response.json()
    assert document["openapi"] == "3.1.0"
    assert "/v1/credits" in document["paths"]
