"""The OpenAPI document of a server, and whether an answer is one that it promises."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import schemathesis
from schemathesis.core.result import Ok

_PARAMETER = re.compile(r"\\\{\w+\\\}")


class Documented:
    """Compares answers with the document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schema = schemathesis.openapi.from_dict(document)
        self.operations: dict[str, Any] = {
            result.ok().label: result.ok()
            for result in self.schema.get_all_operations()
            if isinstance(result, Ok)
        }
        # What is spelt out comes before what is a parameter.
        self._addresses = [
            (re.compile(_PARAMETER.sub("[^/]+", re.escape(template))), template)
            for template in sorted(document["paths"], key=lambda path: path.count("{"))
        ]

    def check(self, response: httpx2.Response) -> None:
        """Hold an answer to the document, if its route is in there."""
        request = response.request
        path = request.url.raw_path.decode().partition("?")[0]
        for pattern, template in self._addresses:
            operation = self.operations.get(f"{request.method} {template}")
            if operation is not None and pattern.fullmatch(path):
                status = str(response.status_code)
                promised = operation.definition.raw["responses"]
                assert status in promised, f"{operation.label} does not promise {status}"
                operation.validate_response(_without_request_body(response))
                return


def _without_request_body(response: httpx2.Response) -> httpx2.Response:
    """The same answer to a request whose body, which may have been a stream, nobody asks for."""
    copy = httpx2.Response(
        response.status_code,
        headers=response.headers,
        content=response.content,
        request=httpx2.Request(response.request.method, response.request.url),
    )
    copy.elapsed = response.elapsed
    return copy
