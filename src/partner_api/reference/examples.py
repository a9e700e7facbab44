"""Examples of values: what the types do not show themselves stands here, by the names of fields.

The same thing has the same value on every page. A value is taken where it fits what the field accepts.
"""

from __future__ import annotations

import re
from typing import Any, Final

Json = dict[str, Any]

_SHA256: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_VALUES: Final[dict[str, Any]] = {
    "activeLeasedAccounts": 2,
    "allocated": 500,
    "amountCents": 15_000,
    "appDescription": "Corner Coffee finds the best coffee within ten minutes of wherever you are, and tells "
    "you when the queue is short.",
    "appName": "Corner Coffee",
    "attempt": 1,
    "audience": "People who brew coffee at home",
    "auto": 120,
    "available": 5_880,
    "balance": 6_000,
    "balanceAfter": 6_000,
    "balanceAfterCents": 85_000,
    "balanceAfterPrepaid": 5_400,
    "balanceCents": 85_000,
    "billingEmail": "billing@example.com",
    "canceledScheduledPosts": 0,
    "cashBalanceCents": 85_000,
    "children": 2,
    "childrenCreated": 1,
    "count": 2,
    "credits": 500,
    "creditBalance": 6_000,
    "creditsCharged": 50,
    "customerExternalId": "customer-4711",
    "data": {"credits": 500},
    "days": 30,
    "description": "Credits for June",
    "ended": 0,
    "eventsChecked": 4_812,
    "eventsCount": 128,
    "expected": 6_000,
    "followers": 12_840,
    "found": 5_990,
    "geo": ["US", "GB"],
    "handle": "coffee.reviews.daily",
    "height": 1_920,
    "hook": "Three cafés in Lisbon that locals keep to themselves",
    "includedCredits": 1_000,
    "includedRemaining": 600,
    "includedThisPeriod": 1_000,
    "influencerId": "influencer-7",
    "inputs": {"hook": "Three cafés in Lisbon that locals keep to themselves"},
    "kind": "slide",
    "language": "en",
    "leaseMonth": 1,
    "leaseSeconds": 60,
    "leasedAccounts": 2,
    "line": 3,
    "lines": 3,
    "locationUrl": "/v1/jobs/job_01K0EJRPVYF888RF9FDTD4P705",
    "max": 1,
    "mediaId": "media-42",
    "mimeType": "image/png",
    "monthlyCreditCap": 5_000,
    "monthlyPriceCents": 15_000,
    "monthsPaid": 1,
    "of": 40,
    "offsetSeconds": 0,
    "openLeaseRequests": 0,
    "organizationName": "Corner Coffee",
    "ownerEmail": "owner@example.com",
    "paidCents": 15_000,
    "part": "rendering",
    "pastDue": 0,
    "pastDueCents": 0,
    "pastDueCount": 0,
    "pastDueLeases": 0,
    "points": 40,
    "prepaidBalance": 5_400,
    "primaryLanguage": "en",
    "problem": "it is being started again",
    "progress": 0.4,
    "projectCount": 1,
    "projects": 1,
    "projectsMoved": 1,
    "reason": "The campaign is over",
    "reclaimedCredits": 5_400,
    "reference": "INV-2026-0042",
    "refillAmount": 1_000,
    "refillThreshold": 200,
    "releasedLeasedAccounts": 2,
    "requestId": "spring-campaign",
    "reservedCredits": 120,
    "revokedApiKeys": 1,
    "runningJobs": 1,
    "scopes": ["projects:read", "projects:write", "content:write"],
    "score": 92,
    "secret": "lp_live_01HX9Y6K7EJ4T2QZ_4QZpN0t2vXw8yB1cD3eF5gH7iJ9kL-mO_qRsTuVwXyZ",
    "sha256": _SHA256,
    "shortfallCents": 0,
    "sizeBytes": 184_320,
    "slideshow_builder": 50,
    "slideshow_remix": 50,
    "sourceTiktokId": "7301234567890123456",
    "stage": "generating",
    "status": 200,
    "stillPastDue": 0,
    "tagline": "Good coffee, near you",
    "target": "Accounts that review cafés",
    "timezone": "Europe/Lisbon",
    "totalCents": 30_000,
    "ugc_remix": 120,
    "url": "/v1/content/cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05/assets/01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05",
    "usageAfterPeriod": 400,
    "usedCredits": 400,
    "usedThisPeriod": 400,
    "vertical": "food_and_drink",
    "video_remix": 120,
    "waitSeconds": 10,
    "walletsChecked": 312,
    "warning": "Store the secret now. It is not shown again.",
    "width": 1_080,
    "workerId": "worker-1",
}
# Where the name alone says too little.
_VALUES_OF: Final[dict[tuple[str, str], Any]] = {
    ("AuditEvent", "requestId"): "req_01K0EMRPVYF88W1S7F6X9MPQ0R",
    ("ErrorContent", "message"): "There is nothing here that this key can see.",
    ("ErrorContent", "requestId"): "req_01K0EMRPVYF88W1S7F6X9MPQ0R",
    ("ErrorContent", "details"): {"limit": "read-light"},
    ("ImportProblem", "message"): "geo: Expected countries of ISO 3166-1, such as US",
    ("JobError", "message"): "The source video does not exist any more.",
    ("Failure", "message"): "The source video does not exist any more.",
    ("NewApiKey", "name"): "Backend",
    ("ApiKey", "name"): "Backend",
    ("OwnApiKey", "name"): "Backend",
    ("Project", "name"): "Spring launch",
    ("NewProject", "name"): "Spring launch",
    ("ProjectPatch", "name"): "Summer launch",
    ("Operator", "name"): "Robin",
    ("NewOperator", "name"): "Robin",
    (
        "OperatorWithToken",
        "secret",
    ): "lpo_01HX9Y6K7EJ4T2QZ_4QZpN0t2vXw8yB1cD3eF5gH7iJ9kL-mO_qRsTuVwXyZ",
    ("ReportedEnd", "status"): "completed",
    ("ReportedAsset", "name"): "slide-1.png",
    ("UploadedFile", "name"): "slide-1.png",
    ("LeaseRequest", "note"): "Two accounts as asked for",
    ("OpsCreditEvent", "requestId"): "req_01K0EMRPVYF88W1S7F6X9MPQ0R",
    ("OpsCashEvent", "requestId"): "req_01K0EMRPVYF88W1S7F6X9MPQ0R",
    ("Rejection", "note"): "No account fits at the moment",
    ("PoolImport", "added"): 2,
    ("PoolImport", "rejected"): 1,
    ("BooksCheck", "mismatchesFound"): 0,
    ("CreditAdjustment", "description"): "Corrects the grant of 1 June",
    ("CashRefund", "leaseMonth"): 0,
    ("CashTopup", "description"): "Wire transfer of 1 June",
    ("CashAdjustment", "description"): "Corrects the transfer of 1 June",
}
_NAME: Final = "Corner Coffee"
_METADATA: Final = {"tier": "gold"}
# Of the values that a field may have, the first of these that is one of them.
_USUAL: Final = (
    *("active", "assigned", "connected", "current", "running", "live", "standard", "pro", "usage"),
    *("partner_api", "slideshow_builder", "lease_renewal", "food_and_drink", "ready", "viewer"),
)
# Fields that may be null and usually are not.
_USUALLY_SET: Final = frozenset(
    (
        *(
            "parentOrganizationId",
            "projectId",
            "description",
            "hook",
            "nextRenewalAt",
            "lastUsedAt",
        ),
        *(
            "format",
            "containerId",
            "balanceAfter",
            "usageAfterPeriod",
            "apiKeyId",
            "socialAccountId",
        ),
        *(
            "timezone",
            "coveredUntil",
            "headHash",
            "leaseMonth",
            "periodStart",
            "periodEnd",
            "reference",
        ),
    )
)
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


def add_examples(components: dict[str, Json]) -> None:
    """Add examples to the fields of objects that have none and whose type does not show how a value looks.

    Args:
        components: the schemas of a document by name; they are changed.
    """
    for name, schema in components.items():
        for field, inner in schema.get("properties", {}).items():
            kind = without_null(inner, {})[0]
            if (chosen := _VALUES_OF.get((name, field))) in kind.get("enum", ()):
                inner["examples"] = [chosen]
            if (
                kind.keys() & {"$ref", "enum", "examples", "default", "const"}
                or "examples" in inner
            ):
                continue
            for value in (_VALUES_OF.get((name, field)), _VALUES.get(field), _by_name(field)):
                if value is not None and _fits(value, kind):
                    inner["examples"] = [value]
                    break


def without_null(schema: Json, components: dict[str, Json]) -> tuple[Json, bool]:
    """Return a schema with what it refers to and without null, and whether it may be null.

    Args:
        schema: the schema of a field.
        components: schemas by name; a reference to another one is left as it is.
    """
    schema = resolved(schema, components)
    choices = schema.get("anyOf")
    if choices is None:
        return schema, False
    others = [choice for choice in choices if choice.get("type") != "null"]
    if len(others) != 1:
        return schema, len(others) < len(choices)
    outer = {key: value for key, value in schema.items() if key != "anyOf"}
    return resolved(others[0], components) | outer, len(others) < len(choices)


def resolved(schema: Json, components: dict[str, Json]) -> Json:
    """Return a schema with what it refers to, if that is among the components."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name not in components:
        return schema
    return components[name] | {key: value for key, value in schema.items() if key != "$ref"}


def sample(raw: Json, components: dict[str, Json], *, name: str = "", whole: bool = True) -> Any:
    """Return a value that fits a schema, made of its examples.

    Args:
        raw: the schema.
        components: schemas by name.
        name: of the field that it is the schema of.
        whole: with all fields of objects; else with those that are required.
    """
    schema, nullable = without_null(raw, components)
    if nullable and name not in _USUALLY_SET:
        return None
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("default") is not None:
        return schema["default"]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        usual = [value for value in _USUAL if value in schema["enum"]]
        return (usual or schema["enum"])[0]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], components, name=name, whole=whole)
    if "properties" in schema:
        required = schema.get("required", ())
        return {
            field: sample(inner, components, name=field, whole=whole)
            for field, inner in schema["properties"].items()
            if field in required or (whole and "default" not in inner)
        }
    match schema.get("type"):
        case "array":
            return [sample(schema.get("items", {}), components, whole=whole)]
        case "object":
            return {}
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return name in {"isActive", "accepted", "killed", "deleted", "current"}
    return "text"


def _by_name(field: str) -> Any:
    return {"name": _NAME, "metadata": _METADATA}.get(field)


def _fits(value: Any, schema: Json) -> bool:
    """Return whether a value is one that the schema allows."""
    if not isinstance(value, _TYPES.get(schema.get("type", ""), ())):
        return False
    if isinstance(value, str):
        return (
            schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
            and re.search(schema.get("pattern", ""), value) is not None
        )
    if isinstance(value, list):
        return all(_fits(item, schema.get("items", {})) for item in value) or not schema["items"]
    if isinstance(value, dict):
        return True
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
