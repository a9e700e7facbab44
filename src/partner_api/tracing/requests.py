"""What a span says of a request: what its line in the log says, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from partner_api.tracing import live

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from partner_api.edge.request.exchange import Exchange
    from partner_api.tracing.span import Span
    from partner_api.tracing.tracer import Tracer

# What a client sends as a method that is none.
_OTHER: Final = "OTHER"
_FAULT: Final = 500


def begin_request(
    tracer: Tracer, exchange: Exchange, scope: MutableMapping[str, Any]
) -> Span | None:
    """Begin the span of a request that has just arrived, which the code that answers it then is a part of."""
    method = "HTTP" if exchange.method == _OTHER else exchange.method
    span = tracer.request(exchange.request_id, scope["headers"], method)
    if span is None:
        return None
    span.attributes["http.request.method"] = (
        "_OTHER" if exchange.method == _OTHER else exchange.method
    )
    span.attributes["url.scheme"] = scope.get("scheme", "http")
    span.attributes["network.protocol.version"] = scope.get("http_version", "1.1")
    # Where it arrived: what the client calls this server is its own text.
    if server := scope.get("server"):
        span.attributes["server.address"] = str(server[0])
        if server[1] is not None:
            span.attributes["server.port"] = server[1]
    span.attributes["layers.request.id"] = exchange.request_id
    live.current.set(span)
    return span


def end_request(
    span: Span, exchange: Exchange, rate_classes: Mapping[tuple[str, str], str]
) -> None:
    """End it with its answer; only a fault of the server is an error.

    Args:
        span: of the request.
        exchange: of the request.
        rate_classes: how requests are counted, by method and route.
    """
    if exchange.template is not None:
        # HEAD is the same as GET, but for the body.
        method = "GET" if exchange.method == "HEAD" else exchange.method
        if rate_class := rate_classes.get((method, exchange.template)):
            span.attributes["layers.rate_class"] = rate_class
        span.name = f"{span.name} {exchange.template}"
        span.attributes["http.route"] = exchange.template
    span.attributes["http.response.status_code"] = exchange.status
    if exchange.caller_id is not None:
        span.attributes["layers.caller.id"] = exchange.caller_id
    if exchange.status >= _FAULT:
        span.error = str(exchange.status)
    live.current.set(None)
    span.end()
