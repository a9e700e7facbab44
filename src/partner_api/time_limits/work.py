"""Limits of storage and rendering."""

from __future__ import annotations

from typing import Final

from partner_api.time_limits.limit import UNAVAILABLE, time_limit

STORAGE_SECONDS: Final = time_limit(
    "STORAGE_SECONDS", 60.0, "one operation of the storage", UNAVAILABLE
)
SHARED_COUNTERS_SECONDS: Final = time_limit(
    "SHARED_COUNTERS_SECONDS",
    1.0,
    "the Redis or Valkey that counts requests",
    "the process counts for itself, up to its share",
)
RENDERER_START_SECONDS: Final = time_limit(
    "RENDERER_START_SECONDS",
    60.0,
    "a rendering process to start",
    "it is killed, and another one started",
)
RENDER_SECONDS: Final = time_limit(
    "RENDER_SECONDS", 60.0, "one slideshow", "the process is killed; the job gets another try"
)
RENDER_CPU_SECONDS: Final = time_limit(
    "RENDER_CPU_SECONDS",
    30.0,
    "one slideshow, in seconds of a processor",
    "the process is killed; the job fails",
)
SAMPLE_SECONDS: Final = time_limit(
    "SAMPLE_SECONDS",
    20.0,
    "one sample of a test environment",
    "the process is killed; another one tries once more, then the job fails",
)
SAMPLE_CPU_SECONDS: Final = time_limit(
    "SAMPLE_CPU_SECONDS",
    5.0,
    "one sample of a test environment, in seconds of a processor",
    "the process is killed; the job fails",
)
RENDERER_IDLE_SECONDS: Final = time_limit(
    "RENDERER_IDLE_SECONDS",
    300.0,
    "the next sample of a test environment",
    "the process ends; the next sample starts another one",
)
KILL_SECONDS: Final = time_limit(
    "KILL_SECONDS", 2.0, "a process to be gone that was killed", "it is left to the system"
)
OUTAGE_SECONDS: Final = time_limit(
    "OUTAGE_SECONDS",
    60.0,
    "the database to be back, by a worker that has a job",
    "the job is left to whoever claims it next",
)
RENDERING_STEP_SECONDS: Final = time_limit(
    "RENDERING_STEP_SECONDS",
    240.0,
    "one step of rendering a job: to start a process, a slide, a file, a report",
    "the part `rendering` is killed, and started again",
)
