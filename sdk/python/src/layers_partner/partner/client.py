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
        ApiKeysRawResource,
        ApiKeysResource,
        AsyncApiKeysRawResource,
        AsyncApiKeysResource,
    )
    from layers_partner.partner.resources.audit_log import (
        AsyncAuditLogRawResource,
        AsyncAuditLogResource,
        AuditLogRawResource,
        AuditLogResource,
    )
    from layers_partner.partner.resources.content import (
        AsyncContentRawResource,
        AsyncContentResource,
        ContentRawResource,
        ContentResource,
    )
    from layers_partner.partner.resources.credits import (
        AsyncCreditsRawResource,
        AsyncCreditsResource,
        CreditsRawResource,
        CreditsResource,
    )
    from layers_partner.partner.resources.events import (
        AsyncEventsRawResource,
        AsyncEventsResource,
        EventsRawResource,
        EventsResource,
    )
    from layers_partner.partner.resources.jobs import (
        AsyncJobsRawResource,
        AsyncJobsResource,
        JobsRawResource,
        JobsResource,
    )
    from layers_partner.partner.resources.leased_accounts import (
        AsyncLeasedAccountsRawResource,
        AsyncLeasedAccountsResource,
        LeasedAccountsRawResource,
        LeasedAccountsResource,
    )
    from layers_partner.partner.resources.organizations import (
        AsyncOrganizationsRawResource,
        AsyncOrganizationsResource,
        OrganizationsRawResource,
        OrganizationsResource,
    )
    from layers_partner.partner.resources.portal_sessions import (
        AsyncPortalSessionsRawResource,
        AsyncPortalSessionsResource,
        PortalSessionsRawResource,
        PortalSessionsResource,
    )
    from layers_partner.partner.resources.projects import (
        AsyncProjectsRawResource,
        AsyncProjectsResource,
        ProjectsRawResource,
        ProjectsResource,
    )
    from layers_partner.partner.resources.social_accounts import (
        AsyncSocialAccountsRawResource,
        AsyncSocialAccountsResource,
        SocialAccountsRawResource,
        SocialAccountsResource,
    )
    from layers_partner.partner.resources.wallet import (
        AsyncWalletRawResource,
        AsyncWalletResource,
        WalletRawResource,
        WalletResource,
    )
    from layers_partner.partner.resources.webhook_deliveries import (
        AsyncWebhookDeliveriesRawResource,
        AsyncWebhookDeliveriesResource,
        WebhookDeliveriesRawResource,
        WebhookDeliveriesResource,
    )
    from layers_partner.partner.resources.webhook_endpoints import (
        AsyncWebhookEndpointsRawResource,
        AsyncWebhookEndpointsResource,
        WebhookEndpointsRawResource,
        WebhookEndpointsResource,
    )
    from layers_partner.partner.types import WhoAmI

_WHOAMI = Operation("whoami", "GET", "/v1/whoami")


class PartnerResources(SyncClient):
    """The resources of a client of the Partner API."""

    @cached_property
    def api_keys(self) -> ApiKeysResource:
        """`layers.api_keys`.

        Has `delete`, `kill`, `rotate`.
        """
        from layers_partner.partner.resources.api_keys import ApiKeysResource

        return ApiKeysResource(self)

    @cached_property
    def audit_log(self) -> AuditLogResource:
        """`layers.audit_log`.

        Has `list`.
        """
        from layers_partner.partner.resources.audit_log import AuditLogResource

        return AuditLogResource(self)

    @cached_property
    def content(self) -> ContentResource:
        """`layers.content`.

        Has `build_slideshow`, `generate`, `list`, `remix_slideshow`, `remix_ugc`, `remix_video`,
        `retrieve`, `assets`.
        """
        from layers_partner.partner.resources.content import ContentResource

        return ContentResource(self)

    @cached_property
    def credits(self) -> CreditsResource:
        """`layers.credits`.

        Has `retrieve`, `events`, `reservations`.
        """
        from layers_partner.partner.resources.credits import CreditsResource

        return CreditsResource(self)

    @cached_property
    def events(self) -> EventsResource:
        """`layers.events`.

        Has `create_sample`, `follow`, `list`.
        """
        from layers_partner.partner.resources.events import EventsResource

        return EventsResource(self)

    @cached_property
    def jobs(self) -> JobsResource:
        """`layers.jobs`.

        Has `cancel`, `retrieve`, `wait`.
        """
        from layers_partner.partner.resources.jobs import JobsResource

        return JobsResource(self)

    @cached_property
    def leased_accounts(self) -> LeasedAccountsResource:
        """`layers.leased_accounts`.

        Has `list`, `list_all`, `release`, `requests`.
        """
        from layers_partner.partner.resources.leased_accounts import LeasedAccountsResource

        return LeasedAccountsResource(self)

    @cached_property
    def organizations(self) -> OrganizationsResource:
        """`layers.organizations`.

        Has `archive`, `create`, `list`, `migrate`, `resume`, `retrieve`, `suspend`, `update`,
        `api_keys`, `credit_config`, `credits`.
        """
        from layers_partner.partner.resources.organizations import OrganizationsResource

        return OrganizationsResource(self)

    @cached_property
    def portal_sessions(self) -> PortalSessionsResource:
        """`layers.portal_sessions`.

        Has `create`.
        """
        from layers_partner.partner.resources.portal_sessions import PortalSessionsResource

        return PortalSessionsResource(self)

    @cached_property
    def projects(self) -> ProjectsResource:
        """`layers.projects`.

        Has `archive`, `create`, `list`, `retrieve`, `update`.
        """
        from layers_partner.partner.resources.projects import ProjectsResource

        return ProjectsResource(self)

    @cached_property
    def social_accounts(self) -> SocialAccountsResource:
        """`layers.social_accounts`.

        Has `list`, `revoke`.
        """
        from layers_partner.partner.resources.social_accounts import SocialAccountsResource

        return SocialAccountsResource(self)

    @cached_property
    def wallet(self) -> WalletResource:
        """`layers.wallet`.

        Has `retrieve`, `events`.
        """
        from layers_partner.partner.resources.wallet import WalletResource

        return WalletResource(self)

    @cached_property
    def webhook_deliveries(self) -> WebhookDeliveriesResource:
        """`layers.webhook_deliveries`.

        Has `replay`, `retrieve`.
        """
        from layers_partner.partner.resources.webhook_deliveries import WebhookDeliveriesResource

        return WebhookDeliveriesResource(self)

    @cached_property
    def webhook_endpoints(self) -> WebhookEndpointsResource:
        """`layers.webhook_endpoints`.

        Has `create`, `delete`, `list`, `recover`, `retrieve`, `rotate_secret`, `test`, `update`,
        `deliveries`.
        """
        from layers_partner.partner.resources.webhook_endpoints import WebhookEndpointsResource

        return WebhookEndpointsResource(self)

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
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Whose key this is, and what it may do.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: WhoAmI = self._call(_WHOAMI, {}, options=options)
        return answer


class PartnerResourcesRaw:
    """Methods of `layers` that return whole responses."""

    def __init__(self, resource: PartnerResources) -> None:
        self._resource = resource
        self.whoami = raw(resource.whoami)

    @cached_property
    def api_keys(self) -> ApiKeysRawResource:
        """`layers.api_keys`, whose methods return whole responses."""
        return self._resource.api_keys.with_raw_response

    @cached_property
    def audit_log(self) -> AuditLogRawResource:
        """`layers.audit_log`, whose methods return whole responses."""
        return self._resource.audit_log.with_raw_response

    @cached_property
    def content(self) -> ContentRawResource:
        """`layers.content`, whose methods return whole responses."""
        return self._resource.content.with_raw_response

    @cached_property
    def credits(self) -> CreditsRawResource:
        """`layers.credits`, whose methods return whole responses."""
        return self._resource.credits.with_raw_response

    @cached_property
    def events(self) -> EventsRawResource:
        """`layers.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response

    @cached_property
    def jobs(self) -> JobsRawResource:
        """`layers.jobs`, whose methods return whole responses."""
        return self._resource.jobs.with_raw_response

    @cached_property
    def leased_accounts(self) -> LeasedAccountsRawResource:
        """`layers.leased_accounts`, whose methods return whole responses."""
        return self._resource.leased_accounts.with_raw_response

    @cached_property
    def organizations(self) -> OrganizationsRawResource:
        """`layers.organizations`, whose methods return whole responses."""
        return self._resource.organizations.with_raw_response

    @cached_property
    def portal_sessions(self) -> PortalSessionsRawResource:
        """`layers.portal_sessions`, whose methods return whole responses."""
        return self._resource.portal_sessions.with_raw_response

    @cached_property
    def projects(self) -> ProjectsRawResource:
        """`layers.projects`, whose methods return whole responses."""
        return self._resource.projects.with_raw_response

    @cached_property
    def social_accounts(self) -> SocialAccountsRawResource:
        """`layers.social_accounts`, whose methods return whole responses."""
        return self._resource.social_accounts.with_raw_response

    @cached_property
    def wallet(self) -> WalletRawResource:
        """`layers.wallet`, whose methods return whole responses."""
        return self._resource.wallet.with_raw_response

    @cached_property
    def webhook_deliveries(self) -> WebhookDeliveriesRawResource:
        """`layers.webhook_deliveries`, whose methods return whole responses."""
        return self._resource.webhook_deliveries.with_raw_response

    @cached_property
    def webhook_endpoints(self) -> WebhookEndpointsRawResource:
        """`layers.webhook_endpoints`, whose methods return whole responses."""
        return self._resource.webhook_endpoints.with_raw_response


class AsyncPartnerResources(AsyncClient):
    """The resources of a client of the Partner API."""

    @cached_property
    def api_keys(self) -> AsyncApiKeysResource:
        """`layers.api_keys`.

        Has `delete`, `kill`, `rotate`.
        """
        from layers_partner.partner.resources.api_keys import AsyncApiKeysResource

        return AsyncApiKeysResource(self)

    @cached_property
    def audit_log(self) -> AsyncAuditLogResource:
        """`layers.audit_log`.

        Has `list`.
        """
        from layers_partner.partner.resources.audit_log import AsyncAuditLogResource

        return AsyncAuditLogResource(self)

    @cached_property
    def content(self) -> AsyncContentResource:
        """`layers.content`.

        Has `build_slideshow`, `generate`, `list`, `remix_slideshow`, `remix_ugc`, `remix_video`,
        `retrieve`, `assets`.
        """
        from layers_partner.partner.resources.content import AsyncContentResource

        return AsyncContentResource(self)

    @cached_property
    def credits(self) -> AsyncCreditsResource:
        """`layers.credits`.

        Has `retrieve`, `events`, `reservations`.
        """
        from layers_partner.partner.resources.credits import AsyncCreditsResource

        return AsyncCreditsResource(self)

    @cached_property
    def events(self) -> AsyncEventsResource:
        """`layers.events`.

        Has `create_sample`, `follow`, `list`.
        """
        from layers_partner.partner.resources.events import AsyncEventsResource

        return AsyncEventsResource(self)

    @cached_property
    def jobs(self) -> AsyncJobsResource:
        """`layers.jobs`.

        Has `cancel`, `retrieve`, `wait`.
        """
        from layers_partner.partner.resources.jobs import AsyncJobsResource

        return AsyncJobsResource(self)

    @cached_property
    def leased_accounts(self) -> AsyncLeasedAccountsResource:
        """`layers.leased_accounts`.

        Has `list`, `list_all`, `release`, `requests`.
        """
        from layers_partner.partner.resources.leased_accounts import AsyncLeasedAccountsResource

        return AsyncLeasedAccountsResource(self)

    @cached_property
    def organizations(self) -> AsyncOrganizationsResource:
        """`layers.organizations`.

        Has `archive`, `create`, `list`, `migrate`, `resume`, `retrieve`, `suspend`, `update`,
        `api_keys`, `credit_config`, `credits`.
        """
        from layers_partner.partner.resources.organizations import AsyncOrganizationsResource

        return AsyncOrganizationsResource(self)

    @cached_property
    def portal_sessions(self) -> AsyncPortalSessionsResource:
        """`layers.portal_sessions`.

        Has `create`.
        """
        from layers_partner.partner.resources.portal_sessions import AsyncPortalSessionsResource

        return AsyncPortalSessionsResource(self)

    @cached_property
    def projects(self) -> AsyncProjectsResource:
        """`layers.projects`.

        Has `archive`, `create`, `list`, `retrieve`, `update`.
        """
        from layers_partner.partner.resources.projects import AsyncProjectsResource

        return AsyncProjectsResource(self)

    @cached_property
    def social_accounts(self) -> AsyncSocialAccountsResource:
        """`layers.social_accounts`.

        Has `list`, `revoke`.
        """
        from layers_partner.partner.resources.social_accounts import AsyncSocialAccountsResource

        return AsyncSocialAccountsResource(self)

    @cached_property
    def wallet(self) -> AsyncWalletResource:
        """`layers.wallet`.

        Has `retrieve`, `events`.
        """
        from layers_partner.partner.resources.wallet import AsyncWalletResource

        return AsyncWalletResource(self)

    @cached_property
    def webhook_deliveries(self) -> AsyncWebhookDeliveriesResource:
        """`layers.webhook_deliveries`.

        Has `replay`, `retrieve`.
        """
        from layers_partner.partner.resources.webhook_deliveries import (
            AsyncWebhookDeliveriesResource,
        )

        return AsyncWebhookDeliveriesResource(self)

    @cached_property
    def webhook_endpoints(self) -> AsyncWebhookEndpointsResource:
        """`layers.webhook_endpoints`.

        Has `create`, `delete`, `list`, `recover`, `retrieve`, `rotate_secret`, `test`, `update`,
        `deliveries`.
        """
        from layers_partner.partner.resources.webhook_endpoints import AsyncWebhookEndpointsResource

        return AsyncWebhookEndpointsResource(self)

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
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Whose key this is, and what it may do.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: WhoAmI = await self._call(_WHOAMI, {}, options=options)
        return answer


class AsyncPartnerResourcesRaw:
    """Methods of `layers` that return whole responses."""

    def __init__(self, resource: AsyncPartnerResources) -> None:
        self._resource = resource
        self.whoami = async_raw(resource.whoami)

    @cached_property
    def api_keys(self) -> AsyncApiKeysRawResource:
        """`layers.api_keys`, whose methods return whole responses."""
        return self._resource.api_keys.with_raw_response

    @cached_property
    def audit_log(self) -> AsyncAuditLogRawResource:
        """`layers.audit_log`, whose methods return whole responses."""
        return self._resource.audit_log.with_raw_response

    @cached_property
    def content(self) -> AsyncContentRawResource:
        """`layers.content`, whose methods return whole responses."""
        return self._resource.content.with_raw_response

    @cached_property
    def credits(self) -> AsyncCreditsRawResource:
        """`layers.credits`, whose methods return whole responses."""
        return self._resource.credits.with_raw_response

    @cached_property
    def events(self) -> AsyncEventsRawResource:
        """`layers.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response

    @cached_property
    def jobs(self) -> AsyncJobsRawResource:
        """`layers.jobs`, whose methods return whole responses."""
        return self._resource.jobs.with_raw_response

    @cached_property
    def leased_accounts(self) -> AsyncLeasedAccountsRawResource:
        """`layers.leased_accounts`, whose methods return whole responses."""
        return self._resource.leased_accounts.with_raw_response

    @cached_property
    def organizations(self) -> AsyncOrganizationsRawResource:
        """`layers.organizations`, whose methods return whole responses."""
        return self._resource.organizations.with_raw_response

    @cached_property
    def portal_sessions(self) -> AsyncPortalSessionsRawResource:
        """`layers.portal_sessions`, whose methods return whole responses."""
        return self._resource.portal_sessions.with_raw_response

    @cached_property
    def projects(self) -> AsyncProjectsRawResource:
        """`layers.projects`, whose methods return whole responses."""
        return self._resource.projects.with_raw_response

    @cached_property
    def social_accounts(self) -> AsyncSocialAccountsRawResource:
        """`layers.social_accounts`, whose methods return whole responses."""
        return self._resource.social_accounts.with_raw_response

    @cached_property
    def wallet(self) -> AsyncWalletRawResource:
        """`layers.wallet`, whose methods return whole responses."""
        return self._resource.wallet.with_raw_response

    @cached_property
    def webhook_deliveries(self) -> AsyncWebhookDeliveriesRawResource:
        """`layers.webhook_deliveries`, whose methods return whole responses."""
        return self._resource.webhook_deliveries.with_raw_response

    @cached_property
    def webhook_endpoints(self) -> AsyncWebhookEndpointsRawResource:
        """`layers.webhook_endpoints`, whose methods return whole responses."""
        return self._resource.webhook_endpoints.with_raw_response
