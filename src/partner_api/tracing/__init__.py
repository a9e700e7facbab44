"""Traces: what a request, a batch, a step of a sweep and a delivery did, and how long each part took.

Off unless ``LAYERS_TRACING`` says otherwise. Then ``live.tracer`` is None, which is all that the rest of the code looks
at, and nothing of OpenTelemetry is imported. Only ``export.py`` knows OpenTelemetry; the spans are our own until they
are handed over.
"""
