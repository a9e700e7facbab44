"""The OpenAPI document, built from the declarations and types that requests are checked with."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, get_args, get_origin

import msgspec
from msgspec.structs import astuple

from partner_api import installed_version
from partner_api.edge.idempotency.records import REPLAYED_HEADER
from partner_api.edge.request.api_request import ACTING_HEADER, IDEMPOTENCY_HEADER
from partner_api.edge.wire.fields import OrganizationId, schema_of_field
from partner_api.edge.wire.reply import Reply
from partner_api.errors import KINDS, ApiError
from partner_api.reference.constants import (
    COMPONENTS,
    DESCRIPTION,
    DETAILS,
    REQUEST_ID,
    ErrorAnswer,
    Json,
)
from partner_api.reference.event_schemas import EVENTS, EventType, add_events, wire_types_of
from partner_api.reference.examples import add_examples
from partner_api.reference.names import camel_case
from partner_api.reference.possible_errors import possible_errors
from partner_api.reference.snippets import code_samples

if TYPE_CHECKING:
    from partner_api.edge.route import Route

_PRINTABLE = "^[!-~]([ -~]*[!-~])?$"
_REF = "#/components/schemas/{name}"
# The types of answers that are not JSON.
_PLAIN_TYPES: dict[Any, Json] = {
    str: {"text/plain": {"schema": {"type": "string"}}},
    bytes: {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
_PAGE_NAME = re.compile(rb"\bPage[_\[](\w+?)[_\]](?=\")")


def build_document(routes: Iterable[Route], events: Sequence[EventType] = EVENTS) -> Json:
    """Describe routes, and the events that are sent to webhooks, as an OpenAPI 3.1 document."""
    routes = list(routes)
    wire_types: list[Any] = [ErrorAnswer, *wire_types_of(events)]
    for route in routes:
        if (returned := _returned_type(route)) not in _PLAIN_TYPES:
            wire_types.append(returned)
        if route.body is not None:
            wire_types.append(route.body.struct)
    schemas, components = msgspec.json.schema_components(
        wire_types, schema_hook=schema_of_field, ref_template=_REF
    )
    schema_of = dict(zip(map(str, wire_types), schemas, strict=True))
    paths: dict[str, Json] = {}
    for route in routes:
        operation = _operation(route, schema_of)
        paths.setdefault(route.template, {})[route.method.lower()] = operation
    document: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "Partner API",
            "version": installed_version(),
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The server that gave you this document."}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": components,
            **COMPONENTS,
        },
    }
    # A page of things is called ThingPage; generated clients name their types after this.
    text = _PAGE_NAME.sub(rb"\1Page", msgspec.json.encode(document))
    renamed: Json = add_events(msgspec.json.decode(text), events)
    add_examples(renamed["components"]["schemas"])
    for route in routes:
        if samples := code_samples(route, renamed):
            renamed["paths"][route.template][route.method.lower()]["x-codeSamples"] = samples
    return renamed


def _operation(route: Route, schema_of: dict[str, Json]) -> Json:
    summary, _, description = inspect.cleandoc(route.handler.__doc__ or "").partition("\n\n")
    operation: Json = {
        "operationId": camel_case(route.handler.__name__),
        "tags": [route.tag],
        "summary": " ".join(summary.split()).removesuffix("."),
        "description": description,
        "parameters": _parameters(route),
        "responses": _responses(route, schema_of),
        "security": [],
    }
    if route.declared.sdk:
        operation["x-sdk"] = route.declared.sdk
    if route.declared.access.kind == "key":
        operation["security"] = [
            {"partnerKey": [route.declared.access.scope] if route.declared.access.scope else []}
        ]
    elif route.declared.access.kind == "operator":
        operation["security"] = [{"operatorToken": [route.declared.access.role]}]
    if route.body is not None:
        operation["requestBody"] = {
            "required": not route.body.may_be_empty,
            "content": {"application/json": {"schema": schema_of[str(route.body.struct)]}},
        }
    if route.declared.uploads is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {
                media_type: {"schema": {"type": "string"}}
                for media_type in route.declared.uploads.media_types
            },
        }
    return operation


def _parameters(route: Route) -> list[Json]:
    parameters: list[Json] = [
        _parameter("path", parameter.wire_name, parameter.type, required=True)
        for parameter in route.path
    ]
    for parameter in parameters:
        said = (route.declared.shown.path.get(parameter["name"]), parameter.get("description"))
        if any(said):
            parameter["description"] = " ".join(filter(None, said))
    for field in route.query.fields if route.query is not None else []:
        parameter = _parameter("query", field.wire_name, field.type, required=field.required)
        if field.default is not None:
            parameter["schema"]["default"] = field.default
        parameters.append(parameter)
    parameters += [
        _parameter("header", name, header_type, required=True)
        for name, header_type in route.declared.headers.items()
    ]
    if route.declared.access.kind == "key":
        parameters.append(
            {
                "name": ACTING_HEADER,
                "in": "header",
                "description": "Act inside this child organization; needs `org:admin`.",
                "schema": schema_of_field(OrganizationId),
            }
        )
    if route.writes:
        parameters.append(
            {
                "name": IDEMPOTENCY_HEADER,
                "in": "header",
                "required": route.declared.idempotency_required,
                "description": "The same key returns the first answer again, "
                f"{'for ever' if route.declared.idempotency_required else 'for 24 hours'}. "
                "Use a new UUID for each request, and the same one on a retry.",
                "schema": {"type": "string", "maxLength": 255, "pattern": _PRINTABLE},
            }
        )
    return parameters


def _parameter(place: str, name: str, wire_type: Any, *, required: bool) -> Json:
    (schema,), _ = msgspec.json.schema_components(
        [wire_type], schema_hook=schema_of_field, ref_template=_REF
    )
    parameter: Json = {"name": name, "in": place, "required": required}
    if "description" in schema:
        parameter["description"] = schema.pop("description")
    return parameter | {"schema": schema}


def _responses(route: Route, schema_of: dict[str, Json]) -> Json:
    returned = _returned_type(route)
    headers = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
    success: Json = {
        "description": HTTPStatus(route.declared.status).phrase,
        "headers": dict(headers),
    }
    if returned in _PLAIN_TYPES:
        success["content"] = _PLAIN_TYPES[returned]
    else:
        media: Json = {"schema": schema_of[str(returned)]}
        if route.declared.examples:
            media["examples"] = {
                f"example{number}": {"value": msgspec.to_builtins(example)}
                for number, example in enumerate(route.declared.examples, start=1)
            }
        success["content"] = {"application/json": media}
    if route.writes:
        for name in REPLAYED_HEADER:
            success["headers"][name] = {"$ref": "#/components/headers/Replayed"}
    if not _has_content(route.declared.status):
        del success["content"]
    responses: dict[str, Json] = {str(route.declared.status): success}
    for status, meaning in route.declared.also.items():
        other = {**success, "description": meaning}
        if not _has_content(status):
            other.pop("content", None)
        responses[str(status)] = other
    for status, code, when in map(astuple, possible_errors(route)):
        answer = responses.setdefault(
            str(status),
            {
                "description": "",
                "headers": dict(headers),
                "content": {
                    "application/json": {"schema": schema_of[str(ErrorAnswer)], "examples": {}}
                },
            },
        )
        answer["description"] = " ".join(filter(None, [answer["description"], f"`{code}`: {when}"]))
        for name in KINDS[code].headers:
            answer["headers"][name] = {"schema": {"type": "string"}}
        answer["content"]["application/json"]["examples"][code] = {
            "value": msgspec.json.decode(ApiError(code, details=DETAILS.get(code)).body(REQUEST_ID))
        }
    return dict(sorted(responses.items()))


def _has_content(status: int) -> bool:
    return status < HTTPStatus.MULTIPLE_CHOICES


def _returned_type(route: Route) -> Any:
    """Return the type of the JSON that a route answers with."""
    returned = route.returns
    return get_args(returned)[0] if get_origin(returned) is Reply else returned
