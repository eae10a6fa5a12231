"""``--to onnx`` and ``--to litert``: written, run by their own runtimes, equal to the recorded outputs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate.cli import models as command
from migrate.cli import options
from migrate.extras import command_for
from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.results import ArtifactResult
from migrate.worlds.pool import Slot
from migrate.worlds.sandbox import granted
from tests.conftest import LEGACY_MODELS

FILES = {Target.ONNX: "model.onnx", Target.LITERT: "model.tflite"}
MODULES = {Target.ONNX: "tf2onnx", Target.LITERT: "ai_edge_litert"}


def deploy(path: str, target: Target, slot: Slot, out: Path) -> ArtifactResult:
    if find_spec(MODULES[target]) is None:
        pytest.skip(f"the extra {target} is not installed")
    source = LEGACY_MODELS / path
    options = Options(targets=frozenset({Target.KERAS, target}))
    return migrate_artifact(ArtifactRequest(source, path, out, "deployed"), options, slot)


@pytest.mark.slow
@pytest.mark.parametrize("target", FILES)
@pytest.mark.parametrize("path", ["tf.keras-2.4/several_inputs/model.h5", "tf.keras-1.15/frozen/model.pb"])
def test_format_gives_the_recorded_outputs(path: str, target: Target, slot: Slot, tmp_path: Path) -> None:
    result = deploy(path, target, slot, tmp_path)
    assert result.status is Status.MIGRATED, result.findings
    assert not [f for f in result.findings if f.code.startswith("EXP024")]
    assert getattr(result.outputs, target.value) == f"deployed/{FILES[target]}"
    assert (tmp_path / "deployed" / FILES[target]).stat().st_size > 500
    assert result.parity is not None
    assert result.parity.evidence == "golden"
    assert (
        result.parity.max_rel < 1e-4
    )  # of the largest value of an output that is small beside its features' terms
    if "seccomp" in granted():  # converters that start programs or open sockets would not get far
        assert slot.modern.hello is not None
        assert "seccomp" in slot.modern.hello.protections


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["keras-2.2.4/rnn_defaults/model.h5", "tf.keras-2.8/bidirectional_modes/model.h5"]
)
def test_recurrent_layers_run_without_operations_of_tensorflow(path: str, slot: Slot, tmp_path: Path) -> None:
    result = deploy(path, Target.LITERT, slot, tmp_path)
    assert result.status is Status.MIGRATED
    assert not result.findings
    assert result.outputs.litert is not None
    assert result.parity is not None
    assert result.parity.max_rel < 1e-4, (
        "an output that is small beside its neighbours has a larger share of their rounding"
    )


@pytest.mark.slow
def test_format_that_lacks_an_operation_costs_its_file_only(slot: Slot, tmp_path: Path) -> None:
    result = deploy("tf.keras-2.8/seq2seq/model.h5", Target.LITERT, slot, tmp_path)
    assert result.status is Status.MIGRATED
    (finding,) = result.findings
    assert finding.code == "EXP024"
    assert "free number of steps" in finding.hint
    assert (tmp_path / "deployed" / "model.keras").is_file()
    assert result.outputs.litert is None
    assert not (tmp_path / "deployed" / "model.tflite").exists()


def test_missing_package_is_said_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(options, "find_spec", lambda name: None)
    done = CliRunner().invoke(
        command.models, [str(tmp_path), "--out", str(tmp_path / "out"), "--to", "keras,onnx"]
    )
    assert done.exit_code == 2
    assert command_for("onnx") in done.output
