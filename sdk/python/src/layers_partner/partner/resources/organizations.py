# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.organizations`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal, Unpack

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page
    from layers_partner.partner.resources.organizations_api_keys import (
        AsyncOrganizationsApiKeysRawResource,
        AsyncOrganizationsApiKeysResource,
        OrganizationsApiKeysRawResource,
        OrganizationsApiKeysResource,
    )
    from layers_partner.partner.resources.organizations_credit_config import (
        AsyncOrganizationsCreditConfigRawResource,
        AsyncOrganizationsCreditConfigResource,
        OrganizationsCreditConfigRawResource,
        OrganizationsCreditConfigResource,
    )
    from layers_partner.partner.resources.organizations_credits import (
        AsyncOrganizationsCreditsRawResource,
        AsyncOrganizationsCreditsResource,
        OrganizationsCreditsRawResource,
        OrganizationsCreditsResource,
    )
    from layers_partner.partner.types import (
        ArchivedOrganization,
        Migrated,
        Organization,
        OrganizationDetail,
    )

_ARCHIVE = Operation("organizations.archive", "DELETE", "/v1/organizations/{orgId}")
_CREATE = Operation("organizations.create", "POST", "/v1/organizations")
_LIST = Operation("organizations.list", "GET", "/v1/organizations")
_MIGRATE = Operation("organizations.migrate", "POST", "/v1/organizations/migrate")
_RESUME = Operation("organizations.resume", "POST", "/v1/organizations/{orgId}/resume")
_RETRIEVE = Operation("organizations.retrieve", "GET", "/v1/organizations/{orgId}")
_SUSPEND = Operation("organizations.suspend", "POST", "/v1/organizations/{orgId}/suspend")
_UPDATE = Operation("organizations.update", "PATCH", "/v1/organizations/{orgId}")


class OrganizationsResource(Resource):
    """Methods of `layers.organizations`."""

    @cached_property
    def api_keys(self) -> OrganizationsApiKeysResource:
        """`layers.organizations.api_keys`.

        Has `create`, `delete`, `list`, `rotate`.
        """
        from layers_partner.partner.resources.organizations_api_keys import (
            OrganizationsApiKeysResource,
        )

        return OrganizationsApiKeysResource(self._client)

    @cached_property
    def credit_config(self) -> OrganizationsCreditConfigResource:
        """`layers.organizations.credit_config`.

        Has `retrieve`, `update`.
        """
        from layers_partner.partner.resources.organizations_credit_config import (
            OrganizationsCreditConfigResource,
        )

        return OrganizationsCreditConfigResource(self._client)

    @cached_property
    def credits(self) -> OrganizationsCreditsResource:
        """`layers.organizations.credits`.

        Has `allocate`, `retrieve`, `events`.
        """
        from layers_partner.partner.resources.organizations_credits import (
            OrganizationsCreditsResource,
        )

        return OrganizationsCreditsResource(self._client)

    @cached_property
    def with_raw_response(self) -> OrganizationsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsRawResource(self)

    def archive(self, org_id: str, **options: Unpack[RequestOptions]) -> ArchivedOrganization:
        """Archive a child.

        For ever: its keys are revoked, its leases end, its free prepaid credits come back to your
        wallet, its free allotment lapses. What jobs in flight free when they end comes back then.
        Archiving it again answers the same.

        `DELETE /v1/organizations/{orgId}`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A child that was archived, and what that did.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ArchivedOrganization = self._client._call(
            _ARCHIVE, {"orgId": org_id}, options=options
        )
        return answer

    def create(
        self,
        *,
        name: str,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        billing_email: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Organization:
        """Create a child.

        An organization for one of your customers, active, with an empty wallet. Children have no
        children of their own: inside one this is 422.

        `POST /v1/organizations`, with the scope `org:admin`.

        Args:
            name: As people know it. At most 128 characters. Example: `Corner Coffee`.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            billing_email: One address, without a name around it. At most 254 characters. Example:
                `billing@example.com`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner, or a child that a partner has created for a customer.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Organization = self._client._call(
            _CREATE,
            {},
            body={"name": name, "metadata": metadata, "billingEmail": billing_email},
            options=options,
        )
        return answer

    def list(
        self,
        *,
        status: Literal["active", "archived", "suspended"]
        | str
        | Sequence[Literal["active", "archived", "suspended"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[Organization]:
        """List your children.

        Newest first.

        `GET /v1/organizations`, with the scope `org:admin`.

        Args:
            status: Only these; a list for several.
            limit: Organizations on a page. From 1 to 200. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a partner, or a child
            that a partner has created for a customer.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST, {}, query={"status": status, "limit": limit, "cursor": cursor}, options=options
        )

    def migrate(self, *, mapping: Mapping[str, str], **options: Unpack[RequestOptions]) -> Migrated:
        """Move projects to new children.

        One child for each distinct name; its projects move with their jobs, content, accounts and
        leases, all or nothing. What the ledgers recorded stays where it happened. A job that runs
        in one of the projects is 409.

        `POST /v1/organizations/migrate`, with the scope `org:admin`.

        Args:
            mapping: Child's name by project id.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What a migration did.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Migrated = self._client._call(
            _MIGRATE, {}, body={"mapping": mapping}, options=options
        )
        return answer

    def resume(self, org_id: str, **options: Unpack[RequestOptions]) -> Organization:
        """Resume a child.

        It works again as before. Resuming an active child changes nothing; an archived one is 409.

        `POST /v1/organizations/{orgId}/resume`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner, or a child that a partner has created for a customer.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Organization = self._client._call(_RESUME, {"orgId": org_id}, options=options)
        return answer

    def retrieve(self, org_id: str, **options: Unpack[RequestOptions]) -> OrganizationDetail:
        """Read a child.

        With a summary of its projects and its wallet.

        `GET /v1/organizations/{orgId}`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A child organization with its summary.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OrganizationDetail = self._client._call(
            _RETRIEVE, {"orgId": org_id}, options=options
        )
        return answer

    def suspend(self, org_id: str, **options: Unpack[RequestOptions]) -> Organization:
        """Suspend a child.

        Its own keys get 503 from the next request on, and it starts no work. Jobs in flight finish;
        its leases stay and renew. Suspending it again changes nothing; an archived child is 409.

        `POST /v1/organizations/{orgId}/suspend`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner, or a child that a partner has created for a customer.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Organization = self._client._call(_SUSPEND, {"orgId": org_id}, options=options)
        return answer

    def update(
        self,
        org_id: str,
        *,
        name: str | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven | None = NOT_GIVEN,
        billing_email: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Organization:
        """Change a child.

        What is left out stays. Metadata merges key by key: an empty value removes its key.

        `PATCH /v1/organizations/{orgId}`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            name: As people know it. At most 128 characters. Example: `Corner Coffee`.
            metadata: Merges key by key: an empty value removes its key, `null` removes all. At most
                100 keys in one change.
            billing_email: One address, without a name around it. At most 254 characters. Example:
                `billing@example.com`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner, or a child that a partner has created for a customer.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Organization = self._client._call(
            _UPDATE,
            {"orgId": org_id},
            body={"name": name, "metadata": metadata, "billingEmail": billing_email},
            options=options,
        )
        return answer


class OrganizationsRawResource:
    """Methods of `layers.organizations` that return whole responses."""

    def __init__(self, resource: OrganizationsResource) -> None:
        self._resource = resource
        self.archive = raw(resource.archive)
        self.create = raw(resource.create)
        self.list = raw(resource.list)
        self.migrate = raw(resource.migrate)
        self.resume = raw(resource.resume)
        self.retrieve = raw(resource.retrieve)
        self.suspend = raw(resource.suspend)
        self.update = raw(resource.update)

    @cached_property
    def api_keys(self) -> OrganizationsApiKeysRawResource:
        """`layers.organizations.api_keys`, whose methods return whole responses."""
        return self._resource.api_keys.with_raw_response

    @cached_property
    def credit_config(self) -> OrganizationsCreditConfigRawResource:
        """`layers.organizations.credit_config`, whose methods return whole responses."""
        return self._resource.credit_config.with_raw_response

    @cached_property
    def credits(self) -> OrganizationsCreditsRawResource:
        """`layers.organizations.credits`, whose methods return whole responses."""
        return self._resource.credits.with_raw_response


class AsyncOrganizationsResource(AsyncResource):
    """Methods of `layers.organizations`."""

    @cached_property
    def api_keys(self) -> AsyncOrganizationsApiKeysResource:
        """`layers.organizations.api_keys`.

        Has `create`, `delete`, `list`, `rotate`.
        """
        from layers_partner.partner.resources.organizations_api_keys import (
            AsyncOrganizationsApiKeysResource,
        )

        return AsyncOrganizationsApiKeysResource(self._client)

    @cached_property
    def credit_config(self) -> AsyncOrganizationsCreditConfigResource:
        """`layers.organizations.credit_config`.

        Has `retrieve`, `update`.
        """
        from layers_partner.partner.resources.organizations_credit_config import (
            AsyncOrganizationsCreditConfigResource,
        )

        return AsyncOrganizationsCreditConfigResource(self._client)

    @cached_property
    def credits(self) -> AsyncOrganizationsCreditsResource:
        """`layers.organizations.credits`.

        Has `allocate`, `retrieve`, `events`.
        """
        from layers_partner.partner.resources.organizations_credits import (
            AsyncOrganizationsCreditsResource,
        )

        return AsyncOrganizationsCreditsResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsRawResource(self)

    async def archive(self, org_id: str, **options: Unpack[RequestOptions]) -> ArchivedOrganization:
        """Archive a child.

        For ever: its keys are revoked, its leases end, its free prepaid credits come back to your
        wallet, its free allotment lapses. What jobs in flight free when they end comes back then.
        Archiving it again answers the same.

        `DELETE /v1/organizations/{orgId}`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A child that was archived, and what that did.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ArchivedOrganization = await self._client._call(
            _ARCHIVE, {"orgId": org_id}, options=options
        )
        return answer

    async def create(
        self,
        *,
        name: str,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        billing_email: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Organization:
        """Create a child.

        An organization for one of your customers, active, with an empty wallet. Children have no
        children of their own: inside one this is 422.

        `POST /v1/organizations`, with the scope `org:admin`.

        Args:
            name: As people know it. At most 128 characters. Example: `Corner Coffee`.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            billing_email: One address, without a name around it. At most 254 characters. Example:
                `billing@example.com`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner, or a child that a partner has created for a customer.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Organization = await self._client._call(
            _CREATE,
            {},
            body={"name": name, "metadata": metadata, "billingEmail": billing_email},
            options=options,
        )
        return answer

    def list(
        self,
        *,
        status: Literal["active", "archived", "suspended"]
        | str
        | Sequence[Literal["active", "archived", "suspended"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[Organization]:
        """List your children.

        Newest first.

        `GET /v1/organizations`, with the scope `org:admin`.

        Args:
            status: Only these; a list for several.
            limit: Organizations on a page. From 1 to 200. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            partner, or a child that a partner has created for a customer.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST, {}, query={"status": status, "limit": limit, "cursor": cursor}, options=options
        )

    async def migrate(
        self, *, mapping: Mapping[str, str], **options: Unpack[RequestOptions]
    ) -> Migrated:
        """Move projects to new children.

        One child for each distinct name; its projects move with their jobs, content, accounts and
        leases, all or nothing. What the ledgers recorded stays where it happened. A job that runs
        in one of the projects is 409.

        `POST /v1/organizations/migrate`, with the scope `org:admin`.

        Args:
            mapping: Child's name by project id.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What a migration did.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Migrated = await self._client._call(
            _MIGRATE, {}, body={"mapping": mapping}, options=options
        )
        return answer

    async def resume(self, org_id: str, **options: Unpack[RequestOptions]) -> Organization:
        """Resume a child.

        It works again as before. Resuming an active child changes nothing; an archived one is 409.

        `POST /v1/organizations/{orgId}/resume`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner, or a child that a partner has created for a customer.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Organization = await self._client._call(_RESUME, {"orgId": org_id}, options=options)
        return answer

    async def retrieve(self, org_id: str, **options: Unpack[RequestOptions]) -> OrganizationDetail:
        """Read a child.

        With a summary of its projects and its wallet.

        `GET /v1/organizations/{orgId}`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A child organization with its summary.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OrganizationDetail = await self._client._call(
            _RETRIEVE, {"orgId": org_id}, options=options
        )
        return answer

    async def suspend(self, org_id: str, **options: Unpack[RequestOptions]) -> Organization:
        """Suspend a child.

        Its own keys get 503 from the next request on, and it starts no work. Jobs in flight finish;
        its leases stay and renew. Suspending it again changes nothing; an archived child is 409.

        `POST /v1/organizations/{orgId}/suspend`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner, or a child that a partner has created for a customer.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Organization = await self._client._call(
            _SUSPEND, {"orgId": org_id}, options=options
        )
        return answer

    async def update(
        self,
        org_id: str,
        *,
        name: str | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven | None = NOT_GIVEN,
        billing_email: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Organization:
        """Change a child.

        What is left out stays. Metadata merges key by key: an empty value removes its key.

        `PATCH /v1/organizations/{orgId}`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            name: As people know it. At most 128 characters. Example: `Corner Coffee`.
            metadata: Merges key by key: an empty value removes its key, `null` removes all. At most
                100 keys in one change.
            billing_email: One address, without a name around it. At most 254 characters. Example:
                `billing@example.com`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner, or a child that a partner has created for a customer.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Organization = await self._client._call(
            _UPDATE,
            {"orgId": org_id},
            body={"name": name, "metadata": metadata, "billingEmail": billing_email},
            options=options,
        )
        return answer


class AsyncOrganizationsRawResource:
    """Methods of `layers.organizations` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsResource) -> None:
        self._resource = resource
        self.archive = async_raw(resource.archive)
        self.create = async_raw(resource.create)
        self.list = async_raw(resource.list)
        self.migrate = async_raw(resource.migrate)
        self.resume = async_raw(resource.resume)
        self.retrieve = async_raw(resource.retrieve)
        self.suspend = async_raw(resource.suspend)
        self.update = async_raw(resource.update)

    @cached_property
    def api_keys(self) -> AsyncOrganizationsApiKeysRawResource:
        """`layers.organizations.api_keys`, whose methods return whole responses."""
        return self._resource.api_keys.with_raw_response

    @cached_property
    def credit_config(self) -> AsyncOrganizationsCreditConfigRawResource:
        """`layers.organizations.credit_config`, whose methods return whole responses."""
        return self._resource.credit_config.with_raw_response

    @cached_property
    def credits(self) -> AsyncOrganizationsCreditsRawResource:
        """`layers.organizations.credits`, whose methods return whole responses."""
        return self._resource.credits.with_raw_response
