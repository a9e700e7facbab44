"""Turning traces on and off for a process."""

from __future__ import annotations

import contextlib
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from partner_api.time_limits import TRACES_FLUSH_SECONDS
from partner_api.tracing import live
from partner_api.tracing.errors import TracingUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from partner_api.settings.table import Settings

_EXPORTER: Final = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_PROTOCOL: Final = "http/protobuf"
# So that a short stop is no longer for it.
_SHARE_OF_STOP: Final = 0.1


def require_tracing(settings: Settings, environ: Mapping[str, str]) -> None:
    """Check, before anything is started, that what the settings ask for can be had.

    Raises:
        TracingUnavailable: it cannot.
    """
    if settings.tracing == "off":
        return
    if not _is_installed():
        raise TracingUnavailable(
            f"LAYERS_TRACING is {settings.tracing}, but OpenTelemetry is not installed. Install the extra: "
            "pip install 'layers-partner-api[otel]'. Or unset LAYERS_TRACING."
        )
    for variable in _PROTOCOLS if settings.tracing == "otlp" else ():
        text = environ.get(variable, "").strip() or _PROTOCOL
        if text != _PROTOCOL:
            raise TracingUnavailable(
                f"{variable} is {text!r:.40}, but traces are sent with {_PROTOCOL} alone. Set it to that, or unset "
                "it, and name that port of the collector: usually 4318."
            )


@contextlib.contextmanager
def tracing(settings: Settings, part: str) -> Iterator[None]:
    """Trace what this process does in the block, if the settings say so; at its end, send what is left.

    The pool has to be opened in it.

    Args:
        settings: how.
        part: of the server, which this process is.

    Raises:
        TracingUnavailable: a variable of OpenTelemetry cannot be used.
    """
    if settings.tracing == "off":
        yield
        return
    from partner_api.tracing.export import open_export
    from partner_api.tracing.tracer import Tracer

    export = open_export(settings.tracing, part)
    if export is None:
        yield
        return
    live.tracer = Tracer(
        export.send,
        export.samples,
        callers=settings.tracing_callers,
        tells_receivers=settings.tracing_webhooks,
    )
    try:
        yield
    finally:
        live.tracer = None
        export.stop(min(TRACES_FLUSH_SECONDS, _SHARE_OF_STOP * settings.shutdown_seconds))


def _is_installed() -> bool:
    try:
        return find_spec(_EXPORTER) is not None
    except ImportError:
        return False
