"""``hub.KerasLayer``: named by its handle without the module, and a layer that both worlds know with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Topology
from migrate.dialects.hub import CLASS, REGISTERED, place_modules
from migrate.findings import MigrationError, Status
from migrate.formats.artifact import LayerWeights, SavedArray
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, parse_module
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

HANDLE = "https://tfhub.dev/example/embed/1"
WRITTEN = LEGACY_MODELS / "tf.keras-2.15" / "hub_layer"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "user_code" / "d-hub"


def one_layer(config: dict[str, Any], class_name: str = "KerasLayer") -> Model:
    return Model("Sequential", "m", Topology.SEQUENTIAL, (Layer(class_name, "it", config),))


def saved(layer: str) -> list[LayerWeights]:
    return [LayerWeights((layer,), [SavedArray("embed/kernel:0", np.ones((5, 4), "float32"))])]


def test_without_the_module_the_handle_is_named_with_the_option_that_gives_it() -> None:
    with pytest.raises(MigrationError) as caught:
        place_modules(one_layer({"handle": HANDLE}), {}, [], frozenset())
    assert caught.value.code == "ECO091"
    assert HANDLE in caught.value.message
    assert f"--hub-module {HANDLE}=FOLDER" in caught.value.hint


def test_a_class_of_that_name_that_is_not_hub_s_is_left_alone() -> None:
    for model, defined in (
        (one_layer({"handle": HANDLE}), frozenset({"KerasLayer"})),
        (one_layer({"units": 3}), frozenset[str]()),
        (one_layer({"handle": HANDLE}, "Dense"), frozenset[str]()),
    ):
        assert place_modules(model, {}, [], defined).layers == model.layers


@pytest.mark.parametrize("held", ["it", "another"])
def test_the_layer_has_weights_where_the_file_holds_them(held: str) -> None:
    config = {"handle": HANDLE, "name": "it", "trainable": True, "dtype": "float32"}
    (layer,) = place_modules(one_layer(config), {HANDLE: "folder"}, saved(held), frozenset()).layers
    assert (layer.class_name, layer.registered_name) == (CLASS, REGISTERED)
    assert layer.config == {
        "name": "it",
        "trainable": True,
        "module": "folder",
        "tracked": held == "it",
    }


@pytest.mark.parametrize(
    "odd", [{"arguments": {"scale": 2.0}}, {"signature": "default"}, {"output_key": "pooled"}]
)
def test_a_call_that_is_not_understood_is_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(MigrationError, match=next(iter(odd))) as caught:
        place_modules(one_layer({"handle": HANDLE, **odd}), {HANDLE: "folder"}, [], frozenset())
    assert caught.value.code == "ECO090"


def test_a_handle_may_hold_the_sign_that_ends_it(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"")
    handle = f"{HANDLE}?tf-hub-format=compressed"
    assert parse_module(f"{handle}={tmp_path}") == (handle, tmp_path.resolve())
    for text in ("no folder", f"={tmp_path}", f"{HANDLE}={tmp_path / 'absent'}"):
        with pytest.raises(ValueError, match=r"HANDLE=FOLDER|saved_model\.pb"):
            parse_module(text)


CASES = [
    pytest.param(
        SHARED / "keraslayer-h5" / "model.h5",
        SHARED / "keraslayer-h5" / "io.npz",
        f"{HANDLE}={SHARED / '_module' / 'embed'}",
        id="the file holds none of its variables",
        marks=pytest.mark.skipif(not SHARED.exists(), reason="the shared models are not here"),
    ),
    pytest.param(
        WRITTEN / "model.h5",
        WRITTEN / "model.golden.npz",
        f"https://tfhub.dev/example/embed/2={WRITTEN / 'module'}",
        id="the file holds its variables, trained",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("model", "golden", "module"), CASES)
def test_the_module_is_lifted_where_it_was_called(
    model: Path, golden: Path, module: str, slot: Slot, tmp_path: Path
) -> None:
    request = ArtifactRequest(model, "hub", tmp_path, "model", golden=golden)
    result = migrate_artifact(request, Options(hub_modules=(module,)), slot)
    assert result.status is Status.MIGRATED, result.findings
    assert result.parity is not None
    assert result.parity.evidence == "golden"
    assert result.parity.max_rel < 1e-5
    assert not (tmp_path / "model" / "custom_objects.py").exists()
