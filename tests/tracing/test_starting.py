"""Off, traces are nothing; on, a start without what they need ends with a sentence."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.support.serving import assert_refused, environment, layers

from partner_api.settings.table import load_settings
from partner_api.tracing.errors import TracingUnavailable
from partner_api.tracing.starting import require_tracing

if TYPE_CHECKING:
    from pathlib import Path

# What all parts of a server import, and the switch that is off.
_OFF = """
import sys
import partner_api.app, partner_api.processes.api, partner_api.processes.sweeps, partner_api.processes.serve
import partner_api.processes.__main__
from partner_api.settings.table import load_settings
from partner_api.tracing import live
from partner_api.tracing.starting import require_tracing, tracing

settings = load_settings({})
require_tracing(settings, {})
with tracing(settings, "api-1"):
    assert live.tracer is None
print([name for name in sys.modules if name.partition(".")[0] in ("opentelemetry", "requests", "google")])
"""
_WITHOUT_THE_EXTRA = """
import sys

class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Nowhere())
"""


def test_off_nothing_of_opentelemetry_is_imported() -> None:
    result = subprocess.run(
        [sys.executable, "-c", _OFF],
        env=environment({}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (result.stdout.strip(), result.returncode) == ("[]", 0), result.stderr


def test_without_the_extra_a_start_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_WITHOUT_THE_EXTRA)
    result = layers(
        "serve",
        LAYERS_TRACING="otlp",
        LAYERS_DATA_DIR=str(tmp_path / "data"),
        PYTHONPATH=f"{tmp_path}:{environment({}).get('PYTHONPATH', '')}",
    )
    assert_refused(result, r"pip install 'layers-partner-api\[otel\]'", "unset LAYERS_TRACING")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "variable", ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"]
)
def test_a_protocol_that_is_not_spoken_is_refused(variable: str) -> None:
    on, console = [load_settings({"LAYERS_TRACING": form}) for form in ("otlp", "console")]
    with pytest.raises(TracingUnavailable, match=f"{variable} is 'grpc'.*http/protobuf.*4318"):
        require_tracing(on, {variable: "grpc"})
    require_tracing(on, {variable: "http/protobuf"})
    require_tracing(console, {variable: "grpc"})
    require_tracing(load_settings({}), {variable: "grpc"})
