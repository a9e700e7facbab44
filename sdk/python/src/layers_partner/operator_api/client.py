# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
"""What a client of the operator's API has."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.transport import AsyncClient, SyncClient

if TYPE_CHECKING:
    from layers_partner.operator_api.resources.audit_events import (
        AsyncAuditEventsRawResource,
        AsyncAuditEventsResource,
        AuditEventsRawResource,
        AuditEventsResource,
    )
    from layers_partner.operator_api.resources.clock import (
        AsyncClockRawResource,
        AsyncClockResource,
        ClockRawResource,
        ClockResource,
    )
    from layers_partner.operator_api.resources.daily_totals import (
        AsyncDailyTotalsRawResource,
        AsyncDailyTotalsResource,
        DailyTotalsRawResource,
        DailyTotalsResource,
    )
    from layers_partner.operator_api.resources.jobs import (
        AsyncJobsRawResource,
        AsyncJobsResource,
        JobsRawResource,
        JobsResource,
    )
    from layers_partner.operator_api.resources.lease_requests import (
        AsyncLeaseRequestsRawResource,
        AsyncLeaseRequestsResource,
        LeaseRequestsRawResource,
        LeaseRequestsResource,
    )
    from layers_partner.operator_api.resources.leases import (
        AsyncLeasesRawResource,
        AsyncLeasesResource,
        LeasesRawResource,
        LeasesResource,
    )
    from layers_partner.operator_api.resources.operators import (
        AsyncOperatorsRawResource,
        AsyncOperatorsResource,
        OperatorsRawResource,
        OperatorsResource,
    )
    from layers_partner.operator_api.resources.organizations import (
        AsyncOrganizationsRawResource,
        AsyncOrganizationsResource,
        OrganizationsRawResource,
        OrganizationsResource,
    )
    from layers_partner.operator_api.resources.pool_accounts import (
        AsyncPoolAccountsRawResource,
        AsyncPoolAccountsResource,
        PoolAccountsRawResource,
        PoolAccountsResource,
    )
    from layers_partner.operator_api.resources.reconciliation import (
        AsyncReconciliationRawResource,
        AsyncReconciliationResource,
        ReconciliationRawResource,
        ReconciliationResource,
    )
    from layers_partner.operator_api.resources.reconciliations import (
        AsyncReconciliationsRawResource,
        AsyncReconciliationsResource,
        ReconciliationsRawResource,
        ReconciliationsResource,
    )
    from layers_partner.operator_api.resources.renewals import (
        AsyncRenewalsRawResource,
        AsyncRenewalsResource,
        RenewalsRawResource,
        RenewalsResource,
    )
    from layers_partner.operator_api.resources.search import (
        AsyncSearchRawResource,
        AsyncSearchResource,
        SearchRawResource,
        SearchResource,
    )
    from layers_partner.operator_api.resources.sessions import (
        AsyncSessionsRawResource,
        AsyncSessionsResource,
        SessionsRawResource,
        SessionsResource,
    )
    from layers_partner.operator_api.resources.sign_in_links import (
        AsyncSignInLinksRawResource,
        AsyncSignInLinksResource,
        SignInLinksRawResource,
        SignInLinksResource,
    )
    from layers_partner.operator_api.resources.webhook_endpoints import (
        AsyncWebhookEndpointsRawResource,
        AsyncWebhookEndpointsResource,
        WebhookEndpointsRawResource,
        WebhookEndpointsResource,
    )


class OperatorResources(SyncClient):
    """The resources of a client of the operator's API."""

    @cached_property
    def audit_events(self) -> AuditEventsResource:
        """`operator.audit_events`.

        Has `list`.
        """
        from layers_partner.operator_api.resources.audit_events import AuditEventsResource

        return AuditEventsResource(self)

    @cached_property
    def clock(self) -> ClockResource:
        """`operator.clock`.

        Has `advance`, `retrieve`.
        """
        from layers_partner.operator_api.resources.clock import ClockResource

        return ClockResource(self)

    @cached_property
    def daily_totals(self) -> DailyTotalsResource:
        """`operator.daily_totals`.

        Has `list`.
        """
        from layers_partner.operator_api.resources.daily_totals import DailyTotalsResource

        return DailyTotalsResource(self)

    @cached_property
    def jobs(self) -> JobsResource:
        """`operator.jobs`.

        Has `cancel`, `claim`, `complete`, `complete_many`, `fail`, `heartbeat`, `heartbeat_many`,
        `list`, `retrieve`, `retrieve_content`, `retrieve_history`, `retry`, `summary`, `assets`.
        """
        from layers_partner.operator_api.resources.jobs import JobsResource

        return JobsResource(self)

    @cached_property
    def lease_requests(self) -> LeaseRequestsResource:
        """`operator.lease_requests`.

        Has `fulfil`, `list`, `reject`, `retrieve`, `summary`, `candidates`.
        """
        from layers_partner.operator_api.resources.lease_requests import LeaseRequestsResource

        return LeaseRequestsResource(self)

    @cached_property
    def leases(self) -> LeasesResource:
        """`operator.leases`.

        Has `history`, `list`, `months`, `recall`, `retrieve`, `update`.
        """
        from layers_partner.operator_api.resources.leases import LeasesResource

        return LeasesResource(self)

    @cached_property
    def operators(self) -> OperatorsResource:
        """`operator.operators`.

        Has `create`, `list`, `retrieve`, `revoke`, `rotate`.
        """
        from layers_partner.operator_api.resources.operators import OperatorsResource

        return OperatorsResource(self)

    @cached_property
    def organizations(self) -> OrganizationsResource:
        """`operator.organizations`.

        Has `create`, `list`, `retrieve`, `update`, `api_keys`, `cash`, `credits`, `projects`,
        `subscription`.
        """
        from layers_partner.operator_api.resources.organizations import OrganizationsResource

        return OrganizationsResource(self)

    @cached_property
    def pool_accounts(self) -> PoolAccountsResource:
        """`operator.pool_accounts`.

        Has `create`, `history`, `import_file`, `leases`, `list`, `retrieve`, `update`.
        """
        from layers_partner.operator_api.resources.pool_accounts import PoolAccountsResource

        return PoolAccountsResource(self)

    @cached_property
    def reconciliation(self) -> ReconciliationResource:
        """`operator.reconciliation`.

        Has `retrieve`.
        """
        from layers_partner.operator_api.resources.reconciliation import ReconciliationResource

        return ReconciliationResource(self)

    @cached_property
    def reconciliations(self) -> ReconciliationsResource:
        """`operator.reconciliations`.

        Has `create`, `list`, `retrieve`.
        """
        from layers_partner.operator_api.resources.reconciliations import ReconciliationsResource

        return ReconciliationsResource(self)

    @cached_property
    def renewals(self) -> RenewalsResource:
        """`operator.renewals`.

        Has `cover`, `days`, `dry_run`, `leases`, `list`, `partners`, `past_due`.
        """
        from layers_partner.operator_api.resources.renewals import RenewalsResource

        return RenewalsResource(self)

    @cached_property
    def search(self) -> SearchResource:
        """`operator.search`.

        Has `find`.
        """
        from layers_partner.operator_api.resources.search import SearchResource

        return SearchResource(self)

    @cached_property
    def sessions(self) -> SessionsResource:
        """`operator.sessions`.

        Has `end`, `end_all`, `list`.
        """
        from layers_partner.operator_api.resources.sessions import SessionsResource

        return SessionsResource(self)

    @cached_property
    def sign_in_links(self) -> SignInLinksResource:
        """`operator.sign_in_links`.

        Has `create`.
        """
        from layers_partner.operator_api.resources.sign_in_links import SignInLinksResource

        return SignInLinksResource(self)

    @cached_property
    def webhook_endpoints(self) -> WebhookEndpointsResource:
        """`operator.webhook_endpoints`.

        Has `list`, `recover`, `retrieve`, `unpause`, `deliveries`.
        """
        from layers_partner.operator_api.resources.webhook_endpoints import WebhookEndpointsResource

        return WebhookEndpointsResource(self)

    @cached_property
    def with_raw_response(self) -> OperatorResourcesRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OperatorResourcesRaw(self)


class OperatorResourcesRaw:
    """Methods of `operator` that return whole responses."""

    def __init__(self, resource: OperatorResources) -> None:
        self._resource = resource

    @cached_property
    def audit_events(self) -> AuditEventsRawResource:
        """`operator.audit_events`, whose methods return whole responses."""
        return self._resource.audit_events.with_raw_response

    @cached_property
    def clock(self) -> ClockRawResource:
        """`operator.clock`, whose methods return whole responses."""
        return self._resource.clock.with_raw_response

    @cached_property
    def daily_totals(self) -> DailyTotalsRawResource:
        """`operator.daily_totals`, whose methods return whole responses."""
        return self._resource.daily_totals.with_raw_response

    @cached_property
    def jobs(self) -> JobsRawResource:
        """`operator.jobs`, whose methods return whole responses."""
        return self._resource.jobs.with_raw_response

    @cached_property
    def lease_requests(self) -> LeaseRequestsRawResource:
        """`operator.lease_requests`, whose methods return whole responses."""
        return self._resource.lease_requests.with_raw_response

    @cached_property
    def leases(self) -> LeasesRawResource:
        """`operator.leases`, whose methods return whole responses."""
        return self._resource.leases.with_raw_response

    @cached_property
    def operators(self) -> OperatorsRawResource:
        """`operator.operators`, whose methods return whole responses."""
        return self._resource.operators.with_raw_response

    @cached_property
    def organizations(self) -> OrganizationsRawResource:
        """`operator.organizations`, whose methods return whole responses."""
        return self._resource.organizations.with_raw_response

    @cached_property
    def pool_accounts(self) -> PoolAccountsRawResource:
        """`operator.pool_accounts`, whose methods return whole responses."""
        return self._resource.pool_accounts.with_raw_response

    @cached_property
    def reconciliation(self) -> ReconciliationRawResource:
        """`operator.reconciliation`, whose methods return whole responses."""
        return self._resource.reconciliation.with_raw_response

    @cached_property
    def reconciliations(self) -> ReconciliationsRawResource:
        """`operator.reconciliations`, whose methods return whole responses."""
        return self._resource.reconciliations.with_raw_response

    @cached_property
    def renewals(self) -> RenewalsRawResource:
        """`operator.renewals`, whose methods return whole responses."""
        return self._resource.renewals.with_raw_response

    @cached_property
    def search(self) -> SearchRawResource:
        """`operator.search`, whose methods return whole responses."""
        return self._resource.search.with_raw_response

    @cached_property
    def sessions(self) -> SessionsRawResource:
        """`operator.sessions`, whose methods return whole responses."""
        return self._resource.sessions.with_raw_response

    @cached_property
    def sign_in_links(self) -> SignInLinksRawResource:
        """`operator.sign_in_links`, whose methods return whole responses."""
        return self._resource.sign_in_links.with_raw_response

    @cached_property
    def webhook_endpoints(self) -> WebhookEndpointsRawResource:
        """`operator.webhook_endpoints`, whose methods return whole responses."""
        return self._resource.webhook_endpoints.with_raw_response


class AsyncOperatorResources(AsyncClient):
    """The resources of a client of the operator's API."""

    @cached_property
    def audit_events(self) -> AsyncAuditEventsResource:
        """`operator.audit_events`.

        Has `list`.
        """
        from layers_partner.operator_api.resources.audit_events import AsyncAuditEventsResource

        return AsyncAuditEventsResource(self)

    @cached_property
    def clock(self) -> AsyncClockResource:
        """`operator.clock`.

        Has `advance`, `retrieve`.
        """
        from layers_partner.operator_api.resources.clock import AsyncClockResource

        return AsyncClockResource(self)

    @cached_property
    def daily_totals(self) -> AsyncDailyTotalsResource:
        """`operator.daily_totals`.

        Has `list`.
        """
        from layers_partner.operator_api.resources.daily_totals import AsyncDailyTotalsResource

        return AsyncDailyTotalsResource(self)

    @cached_property
    def jobs(self) -> AsyncJobsResource:
        """`operator.jobs`.

        Has `cancel`, `claim`, `complete`, `complete_many`, `fail`, `heartbeat`, `heartbeat_many`,
        `list`, `retrieve`, `retrieve_content`, `retrieve_history`, `retry`, `summary`, `assets`.
        """
        from layers_partner.operator_api.resources.jobs import AsyncJobsResource

        return AsyncJobsResource(self)

    @cached_property
    def lease_requests(self) -> AsyncLeaseRequestsResource:
        """`operator.lease_requests`.

        Has `fulfil`, `list`, `reject`, `retrieve`, `summary`, `candidates`.
        """
        from layers_partner.operator_api.resources.lease_requests import AsyncLeaseRequestsResource

        return AsyncLeaseRequestsResource(self)

    @cached_property
    def leases(self) -> AsyncLeasesResource:
        """`operator.leases`.

        Has `history`, `list`, `months`, `recall`, `retrieve`, `update`.
        """
        from layers_partner.operator_api.resources.leases import AsyncLeasesResource

        return AsyncLeasesResource(self)

    @cached_property
    def operators(self) -> AsyncOperatorsResource:
        """`operator.operators`.

        Has `create`, `list`, `retrieve`, `revoke`, `rotate`.
        """
        from layers_partner.operator_api.resources.operators import AsyncOperatorsResource

        return AsyncOperatorsResource(self)

    @cached_property
    def organizations(self) -> AsyncOrganizationsResource:
        """`operator.organizations`.

        Has `create`, `list`, `retrieve`, `update`, `api_keys`, `cash`, `credits`, `projects`,
        `subscription`.
        """
        from layers_partner.operator_api.resources.organizations import AsyncOrganizationsResource

        return AsyncOrganizationsResource(self)

    @cached_property
    def pool_accounts(self) -> AsyncPoolAccountsResource:
        """`operator.pool_accounts`.

        Has `create`, `history`, `import_file`, `leases`, `list`, `retrieve`, `update`.
        """
        from layers_partner.operator_api.resources.pool_accounts import AsyncPoolAccountsResource

        return AsyncPoolAccountsResource(self)

    @cached_property
    def reconciliation(self) -> AsyncReconciliationResource:
        """`operator.reconciliation`.

        Has `retrieve`.
        """
        from layers_partner.operator_api.resources.reconciliation import AsyncReconciliationResource

        return AsyncReconciliationResource(self)

    @cached_property
    def reconciliations(self) -> AsyncReconciliationsResource:
        """`operator.reconciliations`.

        Has `create`, `list`, `retrieve`.
        """
        from layers_partner.operator_api.resources.reconciliations import (
            AsyncReconciliationsResource,
        )

        return AsyncReconciliationsResource(self)

    @cached_property
    def renewals(self) -> AsyncRenewalsResource:
        """`operator.renewals`.

        Has `cover`, `days`, `dry_run`, `leases`, `list`, `partners`, `past_due`.
        """
        from layers_partner.operator_api.resources.renewals import AsyncRenewalsResource

        return AsyncRenewalsResource(self)

    @cached_property
    def search(self) -> AsyncSearchResource:
        """`operator.search`.

        Has `find`.
        """
        from layers_partner.operator_api.resources.search import AsyncSearchResource

        return AsyncSearchResource(self)

    @cached_property
    def sessions(self) -> AsyncSessionsResource:
        """`operator.sessions`.

        Has `end`, `end_all`, `list`.
        """
        from layers_partner.operator_api.resources.sessions import AsyncSessionsResource

        return AsyncSessionsResource(self)

    @cached_property
    def sign_in_links(self) -> AsyncSignInLinksResource:
        """`operator.sign_in_links`.

        Has `create`.
        """
        from layers_partner.operator_api.resources.sign_in_links import AsyncSignInLinksResource

        return AsyncSignInLinksResource(self)

    @cached_property
    def webhook_endpoints(self) -> AsyncWebhookEndpointsResource:
        """`operator.webhook_endpoints`.

        Has `list`, `recover`, `retrieve`, `unpause`, `deliveries`.
        """
        from layers_partner.operator_api.resources.webhook_endpoints import (
            AsyncWebhookEndpointsResource,
        )

        return AsyncWebhookEndpointsResource(self)

    @cached_property
    def with_raw_response(self) -> AsyncOperatorResourcesRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOperatorResourcesRaw(self)


class AsyncOperatorResourcesRaw:
    """Methods of `operator` that return whole responses."""

    def __init__(self, resource: AsyncOperatorResources) -> None:
        self._resource = resource

    @cached_property
    def audit_events(self) -> AsyncAuditEventsRawResource:
        """`operator.audit_events`, whose methods return whole responses."""
        return self._resource.audit_events.with_raw_response

    @cached_property
    def clock(self) -> AsyncClockRawResource:
        """`operator.clock`, whose methods return whole responses."""
        return self._resource.clock.with_raw_response

    @cached_property
    def daily_totals(self) -> AsyncDailyTotalsRawResource:
        """`operator.daily_totals`, whose methods return whole responses."""
        return self._resource.daily_totals.with_raw_response

    @cached_property
    def jobs(self) -> AsyncJobsRawResource:
        """`operator.jobs`, whose methods return whole responses."""
        return self._resource.jobs.with_raw_response

    @cached_property
    def lease_requests(self) -> AsyncLeaseRequestsRawResource:
        """`operator.lease_requests`, whose methods return whole responses."""
        return self._resource.lease_requests.with_raw_response

    @cached_property
    def leases(self) -> AsyncLeasesRawResource:
        """`operator.leases`, whose methods return whole responses."""
        return self._resource.leases.with_raw_response

    @cached_property
    def operators(self) -> AsyncOperatorsRawResource:
        """`operator.operators`, whose methods return whole responses."""
        return self._resource.operators.with_raw_response

    @cached_property
    def organizations(self) -> AsyncOrganizationsRawResource:
        """`operator.organizations`, whose methods return whole responses."""
        return self._resource.organizations.with_raw_response

    @cached_property
    def pool_accounts(self) -> AsyncPoolAccountsRawResource:
        """`operator.pool_accounts`, whose methods return whole responses."""
        return self._resource.pool_accounts.with_raw_response

    @cached_property
    def reconciliation(self) -> AsyncReconciliationRawResource:
        """`operator.reconciliation`, whose methods return whole responses."""
        return self._resource.reconciliation.with_raw_response

    @cached_property
    def reconciliations(self) -> AsyncReconciliationsRawResource:
        """`operator.reconciliations`, whose methods return whole responses."""
        return self._resource.reconciliations.with_raw_response

    @cached_property
    def renewals(self) -> AsyncRenewalsRawResource:
        """`operator.renewals`, whose methods return whole responses."""
        return self._resource.renewals.with_raw_response

    @cached_property
    def search(self) -> AsyncSearchRawResource:
        """`operator.search`, whose methods return whole responses."""
        return self._resource.search.with_raw_response

    @cached_property
    def sessions(self) -> AsyncSessionsRawResource:
        """`operator.sessions`, whose methods return whole responses."""
        return self._resource.sessions.with_raw_response

    @cached_property
    def sign_in_links(self) -> AsyncSignInLinksRawResource:
        """`operator.sign_in_links`, whose methods return whole responses."""
        return self._resource.sign_in_links.with_raw_response

    @cached_property
    def webhook_endpoints(self) -> AsyncWebhookEndpointsRawResource:
        """`operator.webhook_endpoints`, whose methods return whole responses."""
        return self._resource.webhook_endpoints.with_raw_response
