"""What the two APIs, their clients and their errors are called: the same in both languages."""

from __future__ import annotations

from typing import Final

TITLES: Final = {"partner": "the Partner API", "operator_api": "the operator's API"}
CLASSES: Final = {"partner": "PartnerResources", "operator_api": "OperatorResources"}
"""What the classes of clients are made of."""
CLIENTS: Final = {"partner": "layers", "operator_api": "operator"}
"""What a client is called in examples."""
OPTIONS: Final = {"partner": "RequestOptions", "operator_api": "OperatorRequestOptions"}
"""The type of the options of a call. An operator acts for no child."""
AUTHORITY: Final = {"partner": "scope", "operator_api": "role"}
"""What a key needs for a method."""
# The class for each code that a caller may want to handle. Others can come of any call, or of none that a library
# sends.
ERRORS: Final = {
    "BILLING_EXHAUSTED": "BillingExhaustedError",
    "CONFLICT": "ConflictError",
    "NOT_FOUND": "NotFoundError",
    "PAYLOAD_TOO_LARGE": "PayloadTooLargeError",
    "VALIDATION": "ValidationError",
}
