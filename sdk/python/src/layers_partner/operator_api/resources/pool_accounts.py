# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.pool_accounts`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, Unpack

    from layers_partner.operator_api.types import (
        AccountEvent,
        AccountLease,
        PoolAccount,
        PoolImport,
    )
    from layers_partner.options import (
        AsyncUploadContent,
        NotGiven,
        OperatorRequestOptions,
        UploadContent,
    )
    from layers_partner.pages import AsyncPages, Page

_CREATE = Operation("pool_accounts.create", "POST", "/ops/v1/pool/accounts")
_HISTORY = Operation(
    "pool_accounts.history", "GET", "/ops/v1/pool/accounts/{poolAccountId}/history"
)
_IMPORT_FILE = Operation("pool_accounts.import_file", "POST", "/ops/v1/pool/accounts/import")
_LEASES = Operation("pool_accounts.leases", "GET", "/ops/v1/pool/accounts/{poolAccountId}/leases")
_LIST = Operation("pool_accounts.list", "GET", "/ops/v1/pool/accounts")
_RETRIEVE = Operation("pool_accounts.retrieve", "GET", "/ops/v1/pool/accounts/{poolAccountId}")
_UPDATE = Operation("pool_accounts.update", "PATCH", "/ops/v1/pool/accounts/{poolAccountId}")


class PoolAccountsResource(Resource):
    """Methods of `operator.pool_accounts`."""

    @cached_property
    def with_raw_response(self) -> PoolAccountsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return PoolAccountsRawResource(self)

    def create(
        self,
        *,
        platform: Literal["tiktok"] | str,
        handle: str,
        followers: int,
        vertical: str,
        language: str,
        geo: Sequence[str],
        monthly_price_cents: int | NotGiven = NOT_GIVEN,
        avatar_url: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PoolAccount:
        """Add a pool account.

        It is available immediately. A handle that the pool has already is 409.

        `POST /ops/v1/pool/accounts`, with the role `operator`.

        Args:
            platform: Where it is.
            handle: In lower case, without @. Example: `coffee.reviews.daily`.
            followers: How many follow it.
            vertical: What it posts about. At most 64 characters. Example: `food_and_drink`.
            language: BCP 47 language tag, of registered parts. At most 35 characters. Example:
                `pt-BR`.
            geo: Where its audience is. At most 249 of them.
            monthly_price_cents: What a month costs, where the lease says nothing else. Default:
                15,000.
            avatar_url: Its picture. At most 2,048 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An account of the pool.

        Raises:
            ConflictError: The state of the resource does not allow it.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PoolAccount = self._client._call(
            _CREATE,
            {},
            body={
                "platform": platform,
                "handle": handle,
                "followers": followers,
                "vertical": vertical,
                "language": language,
                "geo": geo,
                "monthlyPriceCents": monthly_price_cents,
                "avatarUrl": avatar_url,
            },
            options=options,
        )
        return answer

    def history(
        self,
        pool_account_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[AccountEvent]:
        """List what happened to a pool account.

        How it was added or imported, and each change with the values before and after, as the audit
        log has them, newest first.

        `GET /ops/v1/pool/accounts/{poolAccountId}/history`, with the role `viewer`.

        Args:
            pool_account_id: Id of the pool account. Example:
                `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Events on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: one thing that happened
            to a pool account.

        Raises:
            NotFoundError: `pool_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _HISTORY,
            {"poolAccountId": pool_account_id},
            query={"limit": limit, "cursor": cursor},
            options=options,
        )

    def import_file(
        self,
        *,
        content: UploadContent,
        content_type: str,
        all_or_nothing: bool | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PoolImport:
        """Import pool accounts.

        A file of at most 64 MiB and 1,000,000 lines with one account on each line, as
        `application/x-ndjson` or `text/csv`. A line of NDJSON is the body with which one account is
        added. The first line of a CSV names the columns, as the fields are named there: `handle`
        (with or without an @ before it), `followers`, `vertical`, `language` and `geo` (countries
        with spaces between them), and if you like `monthlyPriceCents`, `avatarUrl` and `platform`.
        Lines with a problem are listed and the others added; with `all_or_nothing` none is, when
        there is a problem. A handle that the pool or an earlier line has is a problem. While
        another import is running: 409.

        `POST /ops/v1/pool/accounts/import`, with the role `operator`.

        Args:
            content: What to upload.
            content_type: `text/csv` or `application/x-ndjson`.
            all_or_nothing: Add no account at all if a line has a problem.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The result of an import.

        Raises:
            ConflictError: The state of the resource does not allow it.
            PayloadTooLargeError: The file is larger than 67,108,864 bytes.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PoolImport = self._client._upload(
            _IMPORT_FILE,
            {},
            query={"allOrNothing": all_or_nothing},
            content=content,
            content_type=content_type,
            options=options,
        )
        return answer

    def leases(
        self,
        pool_account_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[AccountLease]:
        """List the leases of a pool account.

        All that it ever had, newest first: with whom, from when to when, why each ended, and what
        it has brought.

        `GET /ops/v1/pool/accounts/{poolAccountId}/leases`, with the role `viewer`.

        Args:
            pool_account_id: Id of the pool account. Example:
                `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Leases on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a lease that a pool
            account has or had.

        Raises:
            NotFoundError: `pool_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LEASES,
            {"poolAccountId": pool_account_id},
            query={"limit": limit, "cursor": cursor},
            options=options,
        )

    def list(
        self,
        *,
        status: Literal["available", "leased", "retired"]
        | str
        | Sequence[Literal["available", "leased", "retired"] | str]
        | NotGiven = NOT_GIVEN,
        platform: Literal["tiktok"]
        | str
        | Sequence[Literal["tiktok"] | str]
        | NotGiven = NOT_GIVEN,
        vertical: str | Sequence[str] | NotGiven = NOT_GIVEN,
        language: str | Sequence[str] | NotGiven = NOT_GIVEN,
        geo: str | Sequence[str] | NotGiven = NOT_GIVEN,
        min_followers: int | NotGiven = NOT_GIVEN,
        max_followers: int | NotGiven = NOT_GIVEN,
        max_monthly_price_cents: int | NotGiven = NOT_GIVEN,
        search: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[PoolAccount]:
        """List pool accounts.

        Newest first.

        `GET /ops/v1/pool/accounts`, with the role `viewer`.

        Args:
            status: Only these; a list for several.
            platform: Only these; a list for several.
            vertical: Only these; a list for several. Example: `food_and_drink`.
            language: Only these; a list for several. Example: `pt-BR`.
            geo: Only with an audience in one of these countries; a list for several. Example: `GB`.
            min_followers: Only with so many or more.
            max_followers: Only with so many or fewer.
            max_monthly_price_cents: Only those that cost so much or less.
            search: A part of the handle, whatever its case. At most 64 characters.
            limit: Accounts on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: an account of the pool.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "status": status,
                "platform": platform,
                "vertical": vertical,
                "language": language,
                "geo": geo,
                "minFollowers": min_followers,
                "maxFollowers": max_followers,
                "maxMonthlyPriceCents": max_monthly_price_cents,
                "search": search,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def retrieve(
        self, pool_account_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> PoolAccount:
        """Read a pool account.

        `GET /ops/v1/pool/accounts/{poolAccountId}`, with the role `viewer`.

        Args:
            pool_account_id: Id of the pool account. Example:
                `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An account of the pool.

        Raises:
            NotFoundError: `pool_account_id` names nothing that exists.
        """
        answer: PoolAccount = self._client._call(
            _RETRIEVE, {"poolAccountId": pool_account_id}, options=options
        )
        return answer

    def update(
        self,
        pool_account_id: str,
        *,
        followers: int | NotGiven = NOT_GIVEN,
        vertical: str | NotGiven = NOT_GIVEN,
        language: str | NotGiven = NOT_GIVEN,
        geo: Sequence[str] | NotGiven = NOT_GIVEN,
        monthly_price_cents: int | NotGiven = NOT_GIVEN,
        avatar_url: str | NotGiven | None = NOT_GIVEN,
        status: Literal["available", "retired"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PoolAccount:
        """Change a pool account.

        What is left out stays. A new price holds for later leases. A retired account is not leased
        again until it is `available`. The status of an account that is leased cannot be changed:
        409.

        `PATCH /ops/v1/pool/accounts/{poolAccountId}`, with the role `operator`.

        Args:
            pool_account_id: Id of the pool account. Example:
                `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            followers: How many follow it.
            vertical: What it posts about. At most 64 characters. Example: `food_and_drink`.
            language: BCP 47 language tag, of registered parts. At most 35 characters. Example:
                `pt-BR`.
            geo: Where its audience is. At most 249 of them.
            monthly_price_cents: Of later leases; leases that exist keep theirs.
            avatar_url: Its picture. At most 2,048 characters.
            status: A retired account is not leased any more. A leased one is 409.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An account of the pool.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `pool_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PoolAccount = self._client._call(
            _UPDATE,
            {"poolAccountId": pool_account_id},
            body={
                "followers": followers,
                "vertical": vertical,
                "language": language,
                "geo": geo,
                "monthlyPriceCents": monthly_price_cents,
                "avatarUrl": avatar_url,
                "status": status,
            },
            options=options,
        )
        return answer


class PoolAccountsRawResource:
    """Methods of `operator.pool_accounts` that return whole responses."""

    def __init__(self, resource: PoolAccountsResource) -> None:
        self._resource = resource
        self.create = raw(resource.create)
        self.history = raw(resource.history)
        self.import_file = raw(resource.import_file)
        self.leases = raw(resource.leases)
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)
        self.update = raw(resource.update)


class AsyncPoolAccountsResource(AsyncResource):
    """Methods of `operator.pool_accounts`."""

    @cached_property
    def with_raw_response(self) -> AsyncPoolAccountsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncPoolAccountsRawResource(self)

    async def create(
        self,
        *,
        platform: Literal["tiktok"] | str,
        handle: str,
        followers: int,
        vertical: str,
        language: str,
        geo: Sequence[str],
        monthly_price_cents: int | NotGiven = NOT_GIVEN,
        avatar_url: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PoolAccount:
        """Add a pool account.

        It is available immediately. A handle that the pool has already is 409.

        `POST /ops/v1/pool/accounts`, with the role `operator`.

        Args:
            platform: Where it is.
            handle: In lower case, without @. Example: `coffee.reviews.daily`.
            followers: How many follow it.
            vertical: What it posts about. At most 64 characters. Example: `food_and_drink`.
            language: BCP 47 language tag, of registered parts. At most 35 characters. Example:
                `pt-BR`.
            geo: Where its audience is. At most 249 of them.
            monthly_price_cents: What a month costs, where the lease says nothing else. Default:
                15,000.
            avatar_url: Its picture. At most 2,048 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An account of the pool.

        Raises:
            ConflictError: The state of the resource does not allow it.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PoolAccount = await self._client._call(
            _CREATE,
            {},
            body={
                "platform": platform,
                "handle": handle,
                "followers": followers,
                "vertical": vertical,
                "language": language,
                "geo": geo,
                "monthlyPriceCents": monthly_price_cents,
                "avatarUrl": avatar_url,
            },
            options=options,
        )
        return answer

    def history(
        self,
        pool_account_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[AccountEvent]:
        """List what happened to a pool account.

        How it was added or imported, and each change with the values before and after, as the audit
        log has them, newest first.

        `GET /ops/v1/pool/accounts/{poolAccountId}/history`, with the role `viewer`.

        Args:
            pool_account_id: Id of the pool account. Example:
                `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Events on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: one
            thing that happened to a pool account.

        Raises:
            NotFoundError: `pool_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _HISTORY,
            {"poolAccountId": pool_account_id},
            query={"limit": limit, "cursor": cursor},
            options=options,
        )

    async def import_file(
        self,
        *,
        content: AsyncUploadContent,
        content_type: str,
        all_or_nothing: bool | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PoolImport:
        """Import pool accounts.

        A file of at most 64 MiB and 1,000,000 lines with one account on each line, as
        `application/x-ndjson` or `text/csv`. A line of NDJSON is the body with which one account is
        added. The first line of a CSV names the columns, as the fields are named there: `handle`
        (with or without an @ before it), `followers`, `vertical`, `language` and `geo` (countries
        with spaces between them), and if you like `monthlyPriceCents`, `avatarUrl` and `platform`.
        Lines with a problem are listed and the others added; with `all_or_nothing` none is, when
        there is a problem. A handle that the pool or an earlier line has is a problem. While
        another import is running: 409.

        `POST /ops/v1/pool/accounts/import`, with the role `operator`.

        Args:
            content: What to upload.
            content_type: `text/csv` or `application/x-ndjson`.
            all_or_nothing: Add no account at all if a line has a problem.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The result of an import.

        Raises:
            ConflictError: The state of the resource does not allow it.
            PayloadTooLargeError: The file is larger than 67,108,864 bytes.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PoolImport = await self._client._upload(
            _IMPORT_FILE,
            {},
            query={"allOrNothing": all_or_nothing},
            content=content,
            content_type=content_type,
            options=options,
        )
        return answer

    def leases(
        self,
        pool_account_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[AccountLease]:
        """List the leases of a pool account.

        All that it ever had, newest first: with whom, from when to when, why each ended, and what
        it has brought.

        `GET /ops/v1/pool/accounts/{poolAccountId}/leases`, with the role `viewer`.

        Args:
            pool_account_id: Id of the pool account. Example:
                `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Leases on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            lease that a pool account has or had.

        Raises:
            NotFoundError: `pool_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LEASES,
            {"poolAccountId": pool_account_id},
            query={"limit": limit, "cursor": cursor},
            options=options,
        )

    def list(
        self,
        *,
        status: Literal["available", "leased", "retired"]
        | str
        | Sequence[Literal["available", "leased", "retired"] | str]
        | NotGiven = NOT_GIVEN,
        platform: Literal["tiktok"]
        | str
        | Sequence[Literal["tiktok"] | str]
        | NotGiven = NOT_GIVEN,
        vertical: str | Sequence[str] | NotGiven = NOT_GIVEN,
        language: str | Sequence[str] | NotGiven = NOT_GIVEN,
        geo: str | Sequence[str] | NotGiven = NOT_GIVEN,
        min_followers: int | NotGiven = NOT_GIVEN,
        max_followers: int | NotGiven = NOT_GIVEN,
        max_monthly_price_cents: int | NotGiven = NOT_GIVEN,
        search: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[PoolAccount]:
        """List pool accounts.

        Newest first.

        `GET /ops/v1/pool/accounts`, with the role `viewer`.

        Args:
            status: Only these; a list for several.
            platform: Only these; a list for several.
            vertical: Only these; a list for several. Example: `food_and_drink`.
            language: Only these; a list for several. Example: `pt-BR`.
            geo: Only with an audience in one of these countries; a list for several. Example: `GB`.
            min_followers: Only with so many or more.
            max_followers: Only with so many or fewer.
            max_monthly_price_cents: Only those that cost so much or less.
            search: A part of the handle, whatever its case. At most 64 characters.
            limit: Accounts on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: an
            account of the pool.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "status": status,
                "platform": platform,
                "vertical": vertical,
                "language": language,
                "geo": geo,
                "minFollowers": min_followers,
                "maxFollowers": max_followers,
                "maxMonthlyPriceCents": max_monthly_price_cents,
                "search": search,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    async def retrieve(
        self, pool_account_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> PoolAccount:
        """Read a pool account.

        `GET /ops/v1/pool/accounts/{poolAccountId}`, with the role `viewer`.

        Args:
            pool_account_id: Id of the pool account. Example:
                `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An account of the pool.

        Raises:
            NotFoundError: `pool_account_id` names nothing that exists.
        """
        answer: PoolAccount = await self._client._call(
            _RETRIEVE, {"poolAccountId": pool_account_id}, options=options
        )
        return answer

    async def update(
        self,
        pool_account_id: str,
        *,
        followers: int | NotGiven = NOT_GIVEN,
        vertical: str | NotGiven = NOT_GIVEN,
        language: str | NotGiven = NOT_GIVEN,
        geo: Sequence[str] | NotGiven = NOT_GIVEN,
        monthly_price_cents: int | NotGiven = NOT_GIVEN,
        avatar_url: str | NotGiven | None = NOT_GIVEN,
        status: Literal["available", "retired"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PoolAccount:
        """Change a pool account.

        What is left out stays. A new price holds for later leases. A retired account is not leased
        again until it is `available`. The status of an account that is leased cannot be changed:
        409.

        `PATCH /ops/v1/pool/accounts/{poolAccountId}`, with the role `operator`.

        Args:
            pool_account_id: Id of the pool account. Example:
                `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            followers: How many follow it.
            vertical: What it posts about. At most 64 characters. Example: `food_and_drink`.
            language: BCP 47 language tag, of registered parts. At most 35 characters. Example:
                `pt-BR`.
            geo: Where its audience is. At most 249 of them.
            monthly_price_cents: Of later leases; leases that exist keep theirs.
            avatar_url: Its picture. At most 2,048 characters.
            status: A retired account is not leased any more. A leased one is 409.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An account of the pool.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `pool_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PoolAccount = await self._client._call(
            _UPDATE,
            {"poolAccountId": pool_account_id},
            body={
                "followers": followers,
                "vertical": vertical,
                "language": language,
                "geo": geo,
                "monthlyPriceCents": monthly_price_cents,
                "avatarUrl": avatar_url,
                "status": status,
            },
            options=options,
        )
        return answer


class AsyncPoolAccountsRawResource:
    """Methods of `operator.pool_accounts` that return whole responses."""

    def __init__(self, resource: AsyncPoolAccountsResource) -> None:
        self._resource = resource
        self.create = async_raw(resource.create)
        self.history = async_raw(resource.history)
        self.import_file = async_raw(resource.import_file)
        self.leases = async_raw(resource.leases)
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)
        self.update = async_raw(resource.update)
