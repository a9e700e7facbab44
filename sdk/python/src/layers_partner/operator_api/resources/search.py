# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.search`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.operator_api.types import SearchHits
    from layers_partner.options import NotGiven, OperatorRequestOptions

_FIND = Operation("search.find", "GET", "/ops/v1/search")


class SearchResource(Resource):
    """Methods of `operator.search`."""

    @cached_property
    def with_raw_response(self) -> SearchRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return SearchRawResource(self)

    def find(
        self,
        *,
        q: str,
        limit: int | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> SearchHits:
        """Find anything by its id, or by what it is called.

        Any id, with its prefix or bare, finds what has it, and the public part of a key the key.
        Every other text finds organizations whose name or billing e-mail begins with it, and
        accounts whose handle does, in upper or lower case; an `@` before a handle is left out. Rows
        of the ledgers and of the audit log are found in their lists.

        `GET /ops/v1/search`, with the role `viewer`.

        Args:
            q: An id, with its prefix or bare; the public part of a key, `lp_live_…` or `lpo_…`; or
                the beginning of a name, a billing e-mail or a handle. At most 200 characters.
                Example: `acme`.
            limit: Hits of a kind. From 1 to 50. Default: 20.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What was found, the exact hits first.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: SearchHits = self._client._call(
            _FIND, {}, query={"q": q, "limit": limit}, options=options
        )
        return answer


class SearchRawResource:
    """Methods of `operator.search` that return whole responses."""

    def __init__(self, resource: SearchResource) -> None:
        self._resource = resource
        self.find = raw(resource.find)


class AsyncSearchResource(AsyncResource):
    """Methods of `operator.search`."""

    @cached_property
    def with_raw_response(self) -> AsyncSearchRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncSearchRawResource(self)

    async def find(
        self,
        *,
        q: str,
        limit: int | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> SearchHits:
        """Find anything by its id, or by what it is called.

        Any id, with its prefix or bare, finds what has it, and the public part of a key the key.
        Every other text finds organizations whose name or billing e-mail begins with it, and
        accounts whose handle does, in upper or lower case; an `@` before a handle is left out. Rows
        of the ledgers and of the audit log are found in their lists.

        `GET /ops/v1/search`, with the role `viewer`.

        Args:
            q: An id, with its prefix or bare; the public part of a key, `lp_live_…` or `lpo_…`; or
                the beginning of a name, a billing e-mail or a handle. At most 200 characters.
                Example: `acme`.
            limit: Hits of a kind. From 1 to 50. Default: 20.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What was found, the exact hits first.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: SearchHits = await self._client._call(
            _FIND, {}, query={"q": q, "limit": limit}, options=options
        )
        return answer


class AsyncSearchRawResource:
    """Methods of `operator.search` that return whole responses."""

    def __init__(self, resource: AsyncSearchResource) -> None:
        self._resource = resource
        self.find = async_raw(resource.find)
