# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
"""What a client of the operator's API has."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.transport import AsyncClient, SyncClient

if TYPE_CHECKING:
    from layers_partner.operator_api.resources.clock import (
        AsyncClock,
        AsyncClockRaw,
        Clock,
        ClockRaw,
    )
    from layers_partner.operator_api.resources.jobs import AsyncJobs, AsyncJobsRaw, Jobs, JobsRaw
    from layers_partner.operator_api.resources.lease_requests import (
        AsyncLeaseRequests,
        AsyncLeaseRequestsRaw,
        LeaseRequests,
        LeaseRequestsRaw,
    )
    from layers_partner.operator_api.resources.leases import (
        AsyncLeases,
        AsyncLeasesRaw,
        Leases,
        LeasesRaw,
    )
    from layers_partner.operator_api.resources.operators import (
        AsyncOperators,
        AsyncOperatorsRaw,
        Operators,
        OperatorsRaw,
    )
    from layers_partner.operator_api.resources.organizations import (
        AsyncOrganizations,
        AsyncOrganizationsRaw,
        Organizations,
        OrganizationsRaw,
    )
    from layers_partner.operator_api.resources.pool_accounts import (
        AsyncPoolAccounts,
        AsyncPoolAccountsRaw,
        PoolAccounts,
        PoolAccountsRaw,
    )
    from layers_partner.operator_api.resources.reconciliation import (
        AsyncReconciliation,
        AsyncReconciliationRaw,
        Reconciliation,
        ReconciliationRaw,
    )
    from layers_partner.operator_api.resources.renewals import (
        AsyncRenewals,
        AsyncRenewalsRaw,
        Renewals,
        RenewalsRaw,
    )


class OperatorResources(SyncClient):
    """The resources of a client of the operator's API."""

    @cached_property
    def clock(self) -> Clock:
        """`operator.clock`: `advance`, `retrieve`."""
        from layers_partner.operator_api.resources.clock import Clock

        return Clock(self)

    @cached_property
    def jobs(self) -> Jobs:
        """`operator.jobs`: `cancel`, `claim`, `complete`, `complete_many`, `fail`, `heartbeat`,
        `heartbeat_many`, `list`, `retrieve`, `retry`, `assets`.
        """
        from layers_partner.operator_api.resources.jobs import Jobs

        return Jobs(self)

    @cached_property
    def lease_requests(self) -> LeaseRequests:
        """`operator.lease_requests`: `fulfil`, `list`, `reject`, `retrieve`, `candidates`."""
        from layers_partner.operator_api.resources.lease_requests import LeaseRequests

        return LeaseRequests(self)

    @cached_property
    def leases(self) -> Leases:
        """`operator.leases`: `list`, `recall`, `update`."""
        from layers_partner.operator_api.resources.leases import Leases

        return Leases(self)

    @cached_property
    def operators(self) -> Operators:
        """`operator.operators`: `create`, `list`, `revoke`, `rotate`."""
        from layers_partner.operator_api.resources.operators import Operators

        return Operators(self)

    @cached_property
    def organizations(self) -> Organizations:
        """`operator.organizations`: `create`, `list`, `retrieve`, `update`, `api_keys`, `cash`,
        `credits`, `subscription`.
        """
        from layers_partner.operator_api.resources.organizations import Organizations

        return Organizations(self)

    @cached_property
    def pool_accounts(self) -> PoolAccounts:
        """`operator.pool_accounts`: `create`, `import_file`, `list`, `update`."""
        from layers_partner.operator_api.resources.pool_accounts import PoolAccounts

        return PoolAccounts(self)

    @cached_property
    def reconciliation(self) -> Reconciliation:
        """`operator.reconciliation`: `retrieve`."""
        from layers_partner.operator_api.resources.reconciliation import Reconciliation

        return Reconciliation(self)

    @cached_property
    def renewals(self) -> Renewals:
        """`operator.renewals`: `dry_run`, `list`."""
        from layers_partner.operator_api.resources.renewals import Renewals

        return Renewals(self)

    @cached_property
    def with_raw_response(self) -> OperatorResourcesRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OperatorResourcesRaw(self)


class OperatorResourcesRaw:
    """Methods of `operator` that return whole responses."""

    def __init__(self, resource: OperatorResources) -> None:
        self._resource = resource

    @cached_property
    def clock(self) -> ClockRaw:
        """`operator.clock`, whose methods return whole responses."""
        return self._resource.clock.with_raw_response

    @cached_property
    def jobs(self) -> JobsRaw:
        """`operator.jobs`, whose methods return whole responses."""
        return self._resource.jobs.with_raw_response

    @cached_property
    def lease_requests(self) -> LeaseRequestsRaw:
        """`operator.lease_requests`, whose methods return whole responses."""
        return self._resource.lease_requests.with_raw_response

    @cached_property
    def leases(self) -> LeasesRaw:
        """`operator.leases`, whose methods return whole responses."""
        return self._resource.leases.with_raw_response

    @cached_property
    def operators(self) -> OperatorsRaw:
        """`operator.operators`, whose methods return whole responses."""
        return self._resource.operators.with_raw_response

    @cached_property
    def organizations(self) -> OrganizationsRaw:
        """`operator.organizations`, whose methods return whole responses."""
        return self._resource.organizations.with_raw_response

    @cached_property
    def pool_accounts(self) -> PoolAccountsRaw:
        """`operator.pool_accounts`, whose methods return whole responses."""
        return self._resource.pool_accounts.with_raw_response

    @cached_property
    def reconciliation(self) -> ReconciliationRaw:
        """`operator.reconciliation`, whose methods return whole responses."""
        return self._resource.reconciliation.with_raw_response

    @cached_property
    def renewals(self) -> RenewalsRaw:
        """`operator.renewals`, whose methods return whole responses."""
        return self._resource.renewals.with_raw_response


class AsyncOperatorResources(AsyncClient):
    """The resources of a client of the operator's API."""

    @cached_property
    def clock(self) -> AsyncClock:
        """`operator.clock`: `advance`, `retrieve`."""
        from layers_partner.operator_api.resources.clock import AsyncClock

        return AsyncClock(self)

    @cached_property
    def jobs(self) -> AsyncJobs:
        """`operator.jobs`: `cancel`, `claim`, `complete`, `complete_many`, `fail`, `heartbeat`,
        `heartbeat_many`, `list`, `retrieve`, `retry`, `assets`.
        """
        from layers_partner.operator_api.resources.jobs import AsyncJobs

        return AsyncJobs(self)

    @cached_property
    def lease_requests(self) -> AsyncLeaseRequests:
        """`operator.lease_requests`: `fulfil`, `list`, `reject`, `retrieve`, `candidates`."""
        from layers_partner.operator_api.resources.lease_requests import AsyncLeaseRequests

        return AsyncLeaseRequests(self)

    @cached_property
    def leases(self) -> AsyncLeases:
        """`operator.leases`: `list`, `recall`, `update`."""
        from layers_partner.operator_api.resources.leases import AsyncLeases

        return AsyncLeases(self)

    @cached_property
    def operators(self) -> AsyncOperators:
        """`operator.operators`: `create`, `list`, `revoke`, `rotate`."""
        from layers_partner.operator_api.resources.operators import AsyncOperators

        return AsyncOperators(self)

    @cached_property
    def organizations(self) -> AsyncOrganizations:
        """`operator.organizations`: `create`, `list`, `retrieve`, `update`, `api_keys`, `cash`,
        `credits`, `subscription`.
        """
        from layers_partner.operator_api.resources.organizations import AsyncOrganizations

        return AsyncOrganizations(self)

    @cached_property
    def pool_accounts(self) -> AsyncPoolAccounts:
        """`operator.pool_accounts`: `create`, `import_file`, `list`, `update`."""
        from layers_partner.operator_api.resources.pool_accounts import AsyncPoolAccounts

        return AsyncPoolAccounts(self)

    @cached_property
    def reconciliation(self) -> AsyncReconciliation:
        """`operator.reconciliation`: `retrieve`."""
        from layers_partner.operator_api.resources.reconciliation import AsyncReconciliation

        return AsyncReconciliation(self)

    @cached_property
    def renewals(self) -> AsyncRenewals:
        """`operator.renewals`: `dry_run`, `list`."""
        from layers_partner.operator_api.resources.renewals import AsyncRenewals

        return AsyncRenewals(self)

    @cached_property
    def with_raw_response(self) -> AsyncOperatorResourcesRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOperatorResourcesRaw(self)


class AsyncOperatorResourcesRaw:
    """Methods of `operator` that return whole responses."""

    def __init__(self, resource: AsyncOperatorResources) -> None:
        self._resource = resource

    @cached_property
    def clock(self) -> AsyncClockRaw:
        """`operator.clock`, whose methods return whole responses."""
        return self._resource.clock.with_raw_response

    @cached_property
    def jobs(self) -> AsyncJobsRaw:
        """`operator.jobs`, whose methods return whole responses."""
        return self._resource.jobs.with_raw_response

    @cached_property
    def lease_requests(self) -> AsyncLeaseRequestsRaw:
        """`operator.lease_requests`, whose methods return whole responses."""
        return self._resource.lease_requests.with_raw_response

    @cached_property
    def leases(self) -> AsyncLeasesRaw:
        """`operator.leases`, whose methods return whole responses."""
        return self._resource.leases.with_raw_response

    @cached_property
    def operators(self) -> AsyncOperatorsRaw:
        """`operator.operators`, whose methods return whole responses."""
        return self._resource.operators.with_raw_response

    @cached_property
    def organizations(self) -> AsyncOrganizationsRaw:
        """`operator.organizations`, whose methods return whole responses."""
        return self._resource.organizations.with_raw_response

    @cached_property
    def pool_accounts(self) -> AsyncPoolAccountsRaw:
        """`operator.pool_accounts`, whose methods return whole responses."""
        return self._resource.pool_accounts.with_raw_response

    @cached_property
    def reconciliation(self) -> AsyncReconciliationRaw:
        """`operator.reconciliation`, whose methods return whole responses."""
        return self._resource.reconciliation.with_raw_response

    @cached_property
    def renewals(self) -> AsyncRenewalsRaw:
        """`operator.renewals`, whose methods return whole responses."""
        return self._resource.renewals.with_raw_response
