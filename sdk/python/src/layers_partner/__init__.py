"""The Layers Partner API from Python: child organizations, credit wallets, leased accounts, generation.

::

    from layers_partner import Layers

    layers = Layers()
    for account in layers.leased_accounts.list(project_id="prj_…"):
        print(account["handle"], account["monthlyPriceCents"])
"""

from typing import TYPE_CHECKING, Any

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
    FollowOptions,
    NotGiven,
    OperatorRequestOptions,
    RequestOptions,
    UploadContent,
    WaitOptions,
)
from layers_partner.pages import AsyncPage, AsyncPages, Page
from layers_partner.responses import RateLimit, RawResponse
from layers_partner.version import VERSION as __version__

if TYPE_CHECKING:
    from layers_partner.following import Followed
    from layers_partner.partner.types import WebhookEvent

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
    "FollowOptions",
    "Followed",
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

if not TYPE_CHECKING:
    # To import the types of the API takes a moment, and most programs never ask for them.
    _LATER = {
        "Followed": "layers_partner.following",
        "WebhookEvent": "layers_partner.partner.types",
    }

    def __getattr__(name: str) -> Any:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import importlib

        return getattr(importlib.import_module(_LATER[name]), name)
