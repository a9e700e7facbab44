# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
"""What a client of the Partner API has."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.responses import async_raw, raw
from layers_partner.transport import AsyncClient, SyncClient

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.options import RequestOptions
    from layers_partner.partner.resources.api_keys import (
        ApiKeys,
        ApiKeysRaw,
        AsyncApiKeys,
        AsyncApiKeysRaw,
    )
    from layers_partner.partner.resources.audit_log import (
        AsyncAuditLog,
        AsyncAuditLogRaw,
        AuditLog,
        AuditLogRaw,
    )
    from layers_partner.partner.resources.content import (
        AsyncContent,
        AsyncContentRaw,
        Content,
        ContentRaw,
    )
    from layers_partner.partner.resources.credits import (
        AsyncCredits,
        AsyncCreditsRaw,
        Credits,
        CreditsRaw,
    )
    from layers_partner.partner.resources.jobs import AsyncJobs, AsyncJobsRaw, Jobs, JobsRaw
    from layers_partner.partner.resources.leased_accounts import (
        AsyncLeasedAccounts,
        AsyncLeasedAccountsRaw,
        LeasedAccounts,
        LeasedAccountsRaw,
    )
    from layers_partner.partner.resources.organizations import (
        AsyncOrganizations,
        AsyncOrganizationsRaw,
        Organizations,
        OrganizationsRaw,
    )
    from layers_partner.partner.resources.projects import (
        AsyncProjects,
        AsyncProjectsRaw,
        Projects,
        ProjectsRaw,
    )
    from layers_partner.partner.resources.social_accounts import (
        AsyncSocialAccounts,
        AsyncSocialAccountsRaw,
        SocialAccounts,
        SocialAccountsRaw,
    )
    from layers_partner.partner.resources.wallet import (
        AsyncWallet,
        AsyncWalletRaw,
        Wallet,
        WalletRaw,
    )
    from layers_partner.partner.types import WhoAmI

_WHOAMI = Operation("whoami", "GET", "/v1/whoami")


class PartnerResources(SyncClient):
    """The resources of a client of the Partner API."""

    @cached_property
    def api_keys(self) -> ApiKeys:
        """`layers.api_keys`: `delete`, `kill`, `rotate`."""
        from layers_partner.partner.resources.api_keys import ApiKeys

        return ApiKeys(self)

    @cached_property
    def audit_log(self) -> AuditLog:
        """`layers.audit_log`: `list`."""
        from layers_partner.partner.resources.audit_log import AuditLog

        return AuditLog(self)

    @cached_property
    def content(self) -> Content:
        """`layers.content`: `build_slideshow`, `generate`, `list`, `remix_slideshow`, `remix_ugc`,
        `remix_video`, `retrieve`, `assets`.
        """
        from layers_partner.partner.resources.content import Content

        return Content(self)

    @cached_property
    def credits(self) -> Credits:
        """`layers.credits`: `retrieve`, `events`."""
        from layers_partner.partner.resources.credits import Credits

        return Credits(self)

    @cached_property
    def jobs(self) -> Jobs:
        """`layers.jobs`: `cancel`, `retrieve`."""
        from layers_partner.partner.resources.jobs import Jobs

        return Jobs(self)

    @cached_property
    def leased_accounts(self) -> LeasedAccounts:
        """`layers.leased_accounts`: `list`, `release`, `requests`."""
        from layers_partner.partner.resources.leased_accounts import LeasedAccounts

        return LeasedAccounts(self)

    @cached_property
    def organizations(self) -> Organizations:
        """`layers.organizations`: `archive`, `create`, `list`, `migrate`, `resume`, `retrieve`,
        `suspend`, `update`, `api_keys`, `credit_config`, `credits`.
        """
        from layers_partner.partner.resources.organizations import Organizations

        return Organizations(self)

    @cached_property
    def projects(self) -> Projects:
        """`layers.projects`: `archive`, `create`, `list`, `retrieve`, `update`."""
        from layers_partner.partner.resources.projects import Projects

        return Projects(self)

    @cached_property
    def social_accounts(self) -> SocialAccounts:
        """`layers.social_accounts`: `list`, `revoke`."""
        from layers_partner.partner.resources.social_accounts import SocialAccounts

        return SocialAccounts(self)

    @cached_property
    def wallet(self) -> Wallet:
        """`layers.wallet`: `retrieve`, `events`."""
        from layers_partner.partner.resources.wallet import Wallet

        return Wallet(self)

    @cached_property
    def with_raw_response(self) -> PartnerResourcesRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return PartnerResourcesRaw(self)

    def whoami(self, **options: Unpack[RequestOptions]) -> WhoAmI:
        """Read your key.

        Whose it is, what it may do, and its organization's balance. With `X-Layers-Organization`,
        the organization is the child that the key acts for.

        `GET /v1/whoami`.

        Args:
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Whose key this is, and what it may do.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: WhoAmI = self._call(_WHOAMI, {}, options=options)
        return answer


class PartnerResourcesRaw:
    """Methods of `layers` that return whole responses."""

    def __init__(self, resource: PartnerResources) -> None:
        self._resource = resource
        self.whoami = raw(resource.whoami)

    @cached_property
    def api_keys(self) -> ApiKeysRaw:
        """`layers.api_keys`, whose methods return whole responses."""
        return self._resource.api_keys.with_raw_response

    @cached_property
    def audit_log(self) -> AuditLogRaw:
        """`layers.audit_log`, whose methods return whole responses."""
        return self._resource.audit_log.with_raw_response

    @cached_property
    def content(self) -> ContentRaw:
        """`layers.content`, whose methods return whole responses."""
        return self._resource.content.with_raw_response

    @cached_property
    def credits(self) -> CreditsRaw:
        """`layers.credits`, whose methods return whole responses."""
        return self._resource.credits.with_raw_response

    @cached_property
    def jobs(self) -> JobsRaw:
        """`layers.jobs`, whose methods return whole responses."""
        return self._resource.jobs.with_raw_response

    @cached_property
    def leased_accounts(self) -> LeasedAccountsRaw:
        """`layers.leased_accounts`, whose methods return whole responses."""
        return self._resource.leased_accounts.with_raw_response

    @cached_property
    def organizations(self) -> OrganizationsRaw:
        """`layers.organizations`, whose methods return whole responses."""
        return self._resource.organizations.with_raw_response

    @cached_property
    def projects(self) -> ProjectsRaw:
        """`layers.projects`, whose methods return whole responses."""
        return self._resource.projects.with_raw_response

    @cached_property
    def social_accounts(self) -> SocialAccountsRaw:
        """`layers.social_accounts`, whose methods return whole responses."""
        return self._resource.social_accounts.with_raw_response

    @cached_property
    def wallet(self) -> WalletRaw:
        """`layers.wallet`, whose methods return whole responses."""
        return self._resource.wallet.with_raw_response


class AsyncPartnerResources(AsyncClient):
    """The resources of a client of the Partner API."""

    @cached_property
    def api_keys(self) -> AsyncApiKeys:
        """`layers.api_keys`: `delete`, `kill`, `rotate`."""
        from layers_partner.partner.resources.api_keys import AsyncApiKeys

        return AsyncApiKeys(self)

    @cached_property
    def audit_log(self) -> AsyncAuditLog:
        """`layers.audit_log`: `list`."""
        from layers_partner.partner.resources.audit_log import AsyncAuditLog

        return AsyncAuditLog(self)

    @cached_property
    def content(self) -> AsyncContent:
        """`layers.content`: `build_slideshow`, `generate`, `list`, `remix_slideshow`, `remix_ugc`,
        `remix_video`, `retrieve`, `assets`.
        """
        from layers_partner.partner.resources.content import AsyncContent

        return AsyncContent(self)

    @cached_property
    def credits(self) -> AsyncCredits:
        """`layers.credits`: `retrieve`, `events`."""
        from layers_partner.partner.resources.credits import AsyncCredits

        return AsyncCredits(self)

    @cached_property
    def jobs(self) -> AsyncJobs:
        """`layers.jobs`: `cancel`, `retrieve`."""
        from layers_partner.partner.resources.jobs import AsyncJobs

        return AsyncJobs(self)

    @cached_property
    def leased_accounts(self) -> AsyncLeasedAccounts:
        """`layers.leased_accounts`: `list`, `release`, `requests`."""
        from layers_partner.partner.resources.leased_accounts import AsyncLeasedAccounts

        return AsyncLeasedAccounts(self)

    @cached_property
    def organizations(self) -> AsyncOrganizations:
        """`layers.organizations`: `archive`, `create`, `list`, `migrate`, `resume`, `retrieve`,
        `suspend`, `update`, `api_keys`, `credit_config`, `credits`.
        """
        from layers_partner.partner.resources.organizations import AsyncOrganizations

        return AsyncOrganizations(self)

    @cached_property
    def projects(self) -> AsyncProjects:
        """`layers.projects`: `archive`, `create`, `list`, `retrieve`, `update`."""
        from layers_partner.partner.resources.projects import AsyncProjects

        return AsyncProjects(self)

    @cached_property
    def social_accounts(self) -> AsyncSocialAccounts:
        """`layers.social_accounts`: `list`, `revoke`."""
        from layers_partner.partner.resources.social_accounts import AsyncSocialAccounts

        return AsyncSocialAccounts(self)

    @cached_property
    def wallet(self) -> AsyncWallet:
        """`layers.wallet`: `retrieve`, `events`."""
        from layers_partner.partner.resources.wallet import AsyncWallet

        return AsyncWallet(self)

    @cached_property
    def with_raw_response(self) -> AsyncPartnerResourcesRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncPartnerResourcesRaw(self)

    async def whoami(self, **options: Unpack[RequestOptions]) -> WhoAmI:
        """Read your key.

        Whose it is, what it may do, and its organization's balance. With `X-Layers-Organization`,
        the organization is the child that the key acts for.

        `GET /v1/whoami`.

        Args:
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Whose key this is, and what it may do.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: WhoAmI = await self._call(_WHOAMI, {}, options=options)
        return answer


class AsyncPartnerResourcesRaw:
    """Methods of `layers` that return whole responses."""

    def __init__(self, resource: AsyncPartnerResources) -> None:
        self._resource = resource
        self.whoami = async_raw(resource.whoami)

    @cached_property
    def api_keys(self) -> AsyncApiKeysRaw:
        """`layers.api_keys`, whose methods return whole responses."""
        return self._resource.api_keys.with_raw_response

    @cached_property
    def audit_log(self) -> AsyncAuditLogRaw:
        """`layers.audit_log`, whose methods return whole responses."""
        return self._resource.audit_log.with_raw_response

    @cached_property
    def content(self) -> AsyncContentRaw:
        """`layers.content`, whose methods return whole responses."""
        return self._resource.content.with_raw_response

    @cached_property
    def credits(self) -> AsyncCreditsRaw:
        """`layers.credits`, whose methods return whole responses."""
        return self._resource.credits.with_raw_response

    @cached_property
    def jobs(self) -> AsyncJobsRaw:
        """`layers.jobs`, whose methods return whole responses."""
        return self._resource.jobs.with_raw_response

    @cached_property
    def leased_accounts(self) -> AsyncLeasedAccountsRaw:
        """`layers.leased_accounts`, whose methods return whole responses."""
        return self._resource.leased_accounts.with_raw_response

    @cached_property
    def organizations(self) -> AsyncOrganizationsRaw:
        """`layers.organizations`, whose methods return whole responses."""
        return self._resource.organizations.with_raw_response

    @cached_property
    def projects(self) -> AsyncProjectsRaw:
        """`layers.projects`, whose methods return whole responses."""
        return self._resource.projects.with_raw_response

    @cached_property
    def social_accounts(self) -> AsyncSocialAccountsRaw:
        """`layers.social_accounts`, whose methods return whole responses."""
        return self._resource.social_accounts.with_raw_response

    @cached_property
    def wallet(self) -> AsyncWalletRaw:
        """`layers.wallet`, whose methods return whole responses."""
        return self._resource.wallet.with_raw_response
