"""``--to onnx``, ``litert``, ``torch``: written, run by their own runtimes, equal to the recorded outputs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate.cli import models as command
from migrate.cli import options
from migrate.deployments import DEPLOYMENTS
from migrate.extras import command_for
from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.results import ArtifactResult
from migrate.torch_source.layers import recurrent
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.sandbox import granted
from tests.conftest import LEGACY_MODELS

FILES = {Target(name): deployment.output for name, deployment in DEPLOYMENTS.items()}


def deploy(path: str, target: Target, slot: Slot, out: Path) -> ArtifactResult:
    if any(find_spec(name) is None for name in DEPLOYMENTS[target].modules):
        pytest.skip(f"the extra {target} is not installed")
    source = LEGACY_MODELS / path
    options = Options(targets=frozenset({Target.KERAS, target}))
    return migrate_artifact(ArtifactRequest(source, path, out, "deployed"), options, slot)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "target"),
    [
        *(("tf.keras-2.4/several_inputs/model.h5", target) for target in FILES),
        *(("tf.keras-1.15/frozen/model.pb", target) for target in FILES if target is not Target.TORCH),
    ],
)
def test_format_gives_the_recorded_outputs(path: str, target: Target, slot: Slot, tmp_path: Path) -> None:
    result = deploy(path, target, slot, tmp_path)
    assert result.status is Status.MIGRATED, result.findings
    assert not [f for f in result.findings if f.code.startswith("EXP024")]
    assert getattr(result.outputs, target.value) == f"deployed/{FILES[target]}"
    written = tmp_path / "deployed" / FILES[target]
    files = sorted(written.iterdir()) if written.is_dir() else [written]
    assert sum(file.stat().st_size for file in files) > 500
    inside = {Target.TORCH: ["model.py", "model.safetensors"], Target.OPENVINO: ["model.bin", "model.xml"]}
    assert [file.name for file in files] == inside.get(target, [FILES[target]])
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
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("keras-2.2.4/rnn_defaults/model.h5", "recurrent_activation=F.hardsigmoid"),
        ("tf.keras-2.8/seq2seq/model.h5", "nn."),
    ],
)
def test_pytorch_source_of_recurrent_layers(path: str, expected: str, slot: Slot, tmp_path: Path) -> None:
    result = deploy(path, Target.TORCH, slot, tmp_path)
    assert result.status is Status.MIGRATED
    assert not result.findings
    assert result.outputs.torch is not None
    assert expected in (tmp_path / result.outputs.torch / "model.py").read_text()


@pytest.mark.slow
def test_pytorch_source_is_refused_before_a_file_is_written(slot: Slot, tmp_path: Path) -> None:
    result = deploy("tf.keras-2.8/masked_attention/model.h5", Target.TORCH, slot, tmp_path)
    assert result.status is Status.MIGRATED
    (finding,) = [f for f in result.findings if f.code == "EXP028"]
    assert finding.place
    assert result.outputs.torch is None
    assert not (tmp_path / "deployed" / "torch").exists()


@pytest.mark.slow
def test_layer_that_differs_is_named(slot: Slot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were an array written in a wrong order, the source would not be published."""
    monkeypatch.setattr(recurrent, "_reset_first", lambda array: array)
    result = deploy("keras-2.2.4/rnn_defaults/model.h5", Target.TORCH, slot, tmp_path)
    (finding,) = [f for f in result.findings if f.code == "PAR001"]
    assert "as torch" in finding.message
    assert result.outputs.torch is None


@pytest.mark.slow
def test_format_that_lacks_an_operation_costs_its_file_only(slot: Slot, tmp_path: Path) -> None:
    result = deploy("tf.keras-2.8/seq2seq/model.h5", Target.LITERT, slot, tmp_path)
    assert result.status is Status.MIGRATED
    (finding,) = result.findings
    assert finding.code == "EXP024"
    assert "dynamic number of steps" in finding.hint
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
