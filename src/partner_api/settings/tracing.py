"""The settings of traces, which ``Settings`` has as its fields."""

from typing import Annotated, Literal

from partner_api.settings.parsers import boolean, choice
from partner_api.settings.setting import Setting

Mode = Annotated[
    Literal["off", "otlp", "console"],
    Setting(
        "Traces: off, otlp (to the collector that the OTEL_… variables name) or console (standard error). "
        "They need the extra otel.",
        choice("off", "otlp", "console"),
        "off",
    ),
]
Callers = Annotated[
    Literal["link", "trust", "ignore"],
    Setting(
        "What a request's header traceparent does: link to the caller's trace, trust it (the request is a part of that "
        "trace, and the caller decides whether it is recorded), or ignore it.",
        choice("link", "trust", "ignore"),
        "link",
    ),
]
Webhooks = Annotated[
    bool,
    Setting(
        "Whether webhooks carry the header traceparent, which names our trace to their receivers.",
        boolean,
        "false",
    ),
]
