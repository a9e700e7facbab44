"""The Layers Partner API from Python: child organizations, credit wallets, leased accounts, generation.

::

    from layers_partner import Layers

    layers = Layers()
    for account in layers.leased_accounts.list(project_id="prj_…"):
        print(account["handle"], account["monthlyPriceCents"])
"""

from layers_partner import webhooks
from layers_partner.client import AsyncLayers, Layers
from layers_partner.core.headers import Headers
from layers_partner.errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    BillingExhaustedError,
    ConfigurationError,
    ConflictError,
    IdempotencyConflictError,
    IdempotencyInProgressError,
    IdempotencyRequiredError,
    InternalServerError,
    Issue,
    JobCanceledError,
    JobFailedError,
    KillSwitchError,
    LayersError,
    MethodNotAllowedError,
    NotFoundError,
    PayloadTooLargeError,
    PermissionDeniedError,
    RateLimitedError,
    RequestTimeoutError,
    UnavailableError,
    ValidationError,
    WebhookVerificationError,
)
from layers_partner.operator import AsyncLayersOperator, LayersOperator
from layers_partner.options import (
    NOT_GIVEN,
    AsyncUploadContent,
    NotGiven,
    OperatorRequestOptions,
    RequestOptions,
    UploadContent,
    WaitOptions,
)
from layers_partner.pages import AsyncPage, AsyncPages, Page
from layers_partner.responses import RateLimit, RawResponse
from layers_partner.version import VERSION as __version__
from layers_partner.webhooks import WebhookEvent

__all__ = [
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AsyncLayers",
    "AsyncLayersOperator",
    "AsyncPage",
    "AsyncPages",
    "AsyncUploadContent",
    "AuthenticationError",
    "BillingExhaustedError",
    "ConfigurationError",
    "ConflictError",
    "Headers",
    "IdempotencyConflictError",
    "IdempotencyInProgressError",
    "IdempotencyRequiredError",
    "InternalServerError",
    "Issue",
    "JobCanceledError",
    "JobFailedError",
    "KillSwitchError",
    "Layers",
    "LayersError",
    "LayersOperator",
    "MethodNotAllowedError",
    "NotFoundError",
    "NotGiven",
    "OperatorRequestOptions",
    "Page",
    "PayloadTooLargeError",
    "PermissionDeniedError",
    "RateLimit",
    "RateLimitedError",
    "RawResponse",
    "RequestOptions",
    "RequestTimeoutError",
    "UnavailableError",
    "UploadContent",
    "ValidationError",
    "WaitOptions",
    "WebhookEvent",
    "WebhookVerificationError",
    "__version__",
    "webhooks",
]
