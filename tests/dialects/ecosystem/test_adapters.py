"""Layers of packages around Keras become stock layers; each adapter on a file that the package itself wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Topology
from migrate.dialects.ecosystem.addons_activations import activations
from migrate.dialects.ecosystem.model_optimization import nearest
from migrate.dialects.foreign import known_classes, mark_foreign
from migrate.dialects.rule import Era, Step, registered
from migrate.dialects.translate import era_of, translate
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode
from tests.dialects.authentic import artifact, classes, codes, first, translated
from tests.dialects.ecosystem.chains import adapted, chain

EXAMPLE = Path(__file__).parent / "example"
CASES = {
    "tf.keras-2.15/addons_normalization": {"ECO101", "ECO102"},
    "tf.keras-2.15/addons_normalization-keras": {"ECO101", "ECO102"},
    "tf.keras-2.15/addons_weight_normalization": {"ECO103"},
    "tf.keras-2.15/addons_layers": {"ECO104", "ECO105", "ECO106"},
    "tf.keras-2.15/addons_activations": {"ECO108"},
    "tf.keras-2.15/addons_activations-keras": {"ECO108"},
    "tf.keras-2.15/addons_more": {"ECO109", "ECO116", "ECO117", "ECO118"},
    "tf.keras-2.15/addons_crf": {"ECO107"},
    "tf.keras-2.15/addons_crf-keras": {"ECO107"},
    "tf.keras-2.15/tfmot_pruned": {"ECO110"},
    "tf.keras-2.15/tfmot_clustered": {"ECO111"},
    "tf.keras-2.15/tfmot_quantised": {"ECO112", "ECO113"},
    "tf.keras-2.15/tfmot_quantised-keras": {"ECO112", "ECO113"},
    "tf.keras-2.15/qkeras_layers": {"ECO114", "ECO115"},
    "tf.keras-2.15/qkeras_convolutions": {"ECO114"},
    "tf.keras-2.15/tcn": {"ECO190"},
    "tf.keras-2.15/tfrs_cross": {"ECO120"},
    "tf.keras-2.15/spektral_attention": {"ECO150", "ECO151"},
    "tf.keras-2.15/spektral_convolutions": {"ECO152", "ECO153"},
    "tf.keras-2.15/addons_rest": {"ECO119", "ECO122", "ECO123", "ECO124"},
    "tf.keras-2.15/tfrs_pairs": {"ECO125"},
    "tf.keras-2.15/hgq_layers": {"ECO210", "ECO211"},
    "keras-2.2.4/frozen_normalization": {"ECO140", "ECO142"},
    "keras-2.2.4/contrib_normalization": {"ECO130"},
    "keras-2.2.4/contrib_crf": {"ECO131"},
    "keras-2.2.4/contrib_capsule": {"ECO132"},
    "keras-2.2.4/contrib_layers": {"ECO133", "ECO134", "ECO135", "ECO136"},
    "keras-2.2.4/bert4keras_bert": {"ECO160"},
    "keras-2.2.4/self_attention": {"ECO170"},
    "keras-2.2.4/retinanet_boxes": {"ECO180"},
    "keras-2.2.4/keras_bert_heads": {"ECO200"},
    "tf.keras-2.15/keras_bert_tagger": {"ECO200"},
    "keras-2.2.4/ssd_anchors": {"ECO201", "ECO202"},
    "keras-2.2.4/mask_rcnn_normalization": {"ECO203"},
    "tf.keras-2.8/feature_columns": {"ECO204"},
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_of_the_package_is_left(case: str) -> None:
    source = artifact(case)
    found = translate(source, era_of(source), own=OwnCode(proven=True))
    assert codes(found) >= CASES[case]
    for model in (found.legacy, found.modern):
        assert not [name for name in classes(model) if ">" in name]
        registered = [layer.registered_name for _, layer in model.walk() if layer.registered_name]
        assert all(name.startswith("keras_migrate>") for name in registered)


def test_weight_normalization_becomes_the_kernel() -> None:
    layer = first(translated("tf.keras-2.15/addons_weight_normalization").modern, "Conv1D")
    saved = {
        a.name: a.array
        for w in artifact("tf.keras-2.15/addons_weight_normalization").weights
        for a in w.arrays
    }
    length = np.linalg.norm(layer.weights["kernel"].reshape(-1, 4), axis=0)
    stored = next(array for name, array in saved.items() if name == "weight_normalization/g:0")
    np.testing.assert_allclose(length, np.abs(stored), rtol=1e-5)


def test_pruned_kernels_are_masked() -> None:
    found = translated("tf.keras-2.15/tfmot_pruned")
    saved = {a.name: a.array for w in artifact("tf.keras-2.15/tfmot_pruned").weights for a in w.arrays}
    for name, role in (("conv2d", "kernel"), ("separable_conv2d", "pointwise_kernel"), ("dense", "kernel")):
        kernel = found.modern.layer(f"prune_low_magnitude_{name}").weights[role]
        mask = next(v for k, v in saved.items() if k.startswith(f"prune_low_magnitude_{name}/mask"))
        stored = next(v for k, v in saved.items() if k.endswith(f"{name}/{role}:0") and v.shape == mask.shape)
        np.testing.assert_allclose(kernel, stored * mask)
        assert not np.allclose(mask, 1.0)


def test_clustered_kernels_hold_centroids_only() -> None:
    for name in ("Conv2D", "Dense"):
        kernel = first(translated("tf.keras-2.15/tfmot_clustered").modern, name).weights["kernel"]
        assert 1 < len(np.unique(kernel)) <= 5
    np.testing.assert_array_equal(
        nearest(np.array([[0.4, 0.5, 2.0]]), np.array([0.0, 1.0])), [[0.0, 0.0, 1.0]]
    )


def test_wrappers_of_model_optimization_hand_no_mask_on() -> None:
    words = Layer("Embedding", "e", {"input_dim": 4, "output_dim": 2, "mask_zero": True})
    for name in ("PruneLowMagnitude", "ClusterWeights"):
        wrapper = Layer(f"tfmot>{name}", "w", {}, children={"layer": words})
        found = adapted(chain(wrapper), Era.of("2.15.0")).layers[-1]
        assert (found.class_name, found.config["mask_zero"]) == ("Embedding", False)


@pytest.mark.parametrize(
    "dtype", ["float64", "float16", {"class_name": "Policy", "config": {"name": "mixed_float16"}}]
)
@pytest.mark.parametrize("class_name", ["Addons>Maxout", "Addons>Snake", "tcn>TCN"])
def test_operations_have_no_type_of_their_own(class_name: str, dtype: Any) -> None:
    foreign = next(one for one in known_classes() if one.name == class_name)
    keys = dict.fromkeys(foreign.keys)
    for given, refused in ((dtype, True), ("float32", False), (None, False)):
        package = "Addons>" if foreign.registered else ""
        layer = Layer(
            foreign.class_name,
            "x",
            {**keys, "dtype": given},
            registered_name=f"{package}{foreign.class_name}",
        )
        model = Model("Sequential", "m", Topology.SEQUENTIAL, (layer,))
        if refused:
            with pytest.raises(MigrationError, match="float32"):
                mark_foreign(model, OwnCode())
        else:
            assert mark_foreign(model, OwnCode()).layers[0].class_name == class_name


def test_loops_that_no_file_stores_need_somebody_s_word() -> None:
    source = artifact("tf.keras-2.15/spektral_attention")
    with pytest.raises(MigrationError, match="add_self_loops") as doubt:
        translate(source, era_of(source))
    assert doubt.value.code == "CFG006"
    said = translate(source, era_of(source), own=OwnCode(stock=frozenset({"GATConv"})))
    assert codes(said) >= {"ECO150", "ECO151"}


def test_spectral_normalization_of_an_embedding_is_refused() -> None:
    words = Layer("Embedding", "e", {"input_dim": 4, "output_dim": 2})
    wrapper = Layer("Addons>SpectralNormalization", "w", {}, children={"layer": words})
    with pytest.raises(MigrationError, match="whole numbers"):
        adapted(chain(wrapper), Era.of("2.15.0"))


def test_frozen_normalization_is_not_trainable() -> None:
    layers = [
        x for x in translated("keras-2.2.4/frozen_normalization").modern.layers if "normalization" in x.name
    ]
    assert [layer.config.get("trainable", True) for layer in layers] == [False, True]
    assert not any("freeze" in layer.config for layer in layers)


def test_a_class_that_anybody_could_have_is_taken_on_somebody_s_word() -> None:
    """`GlobalSumPool` alone says nothing; beside `GATConv`, which only Spektral has, it is Spektral's."""
    source = artifact("tf.keras-2.15/spektral_attention")
    root = json.loads(json.dumps(source.architecture))
    gone = ("gat_conv", "gat_conv_1")
    root["config"]["layers"] = [layer for layer in root["config"]["layers"] if layer["name"] not in gone]
    for layer in root["config"]["layers"]:
        if layer["name"] == "global_sum_pool":
            layer["inbound_nodes"] = [[["input_1", 0, 0, {}]]]
    alone = type(source)(
        source=source.source,
        sha256=source.sha256,
        format=source.format,
        writer=source.writer,
        architecture=root,
        weights=[w for w in source.weights if w.layer[0] not in gone],
    )
    with pytest.raises(MigrationError) as doubt:
        translate(alone, era_of(alone))
    assert doubt.value.code == "CFG006"
    assert "--stock-names GlobalSumPool" in doubt.value.hint
    assert "ECO150" in codes(translate(alone, era_of(alone), own=OwnCode(stock=frozenset({"GlobalSumPool"}))))


def test_the_author_s_own_class_is_left_to_him() -> None:
    source = artifact("tf.keras-2.15/tfrs_cross")
    found = translate(source, era_of(source), own=OwnCode(defined=frozenset({"Cross"})))
    assert "ECO120" not in codes(found)
    assert "Cross" in classes(found.modern)


def test_every_adapter_has_an_authentic_case() -> None:
    shown = {code for found in CASES.values() for code in found}
    assert {code for code, (_, at) in registered().items() if at is Step.ECOSYSTEM} == shown


def test_every_class_is_known_once() -> None:
    names = [foreign.name for foreign in known_classes()]
    assert len(names) == len(set(names))


def test_a_package_of_other_people_ships_its_own_adapter() -> None:
    program = (
        "from migrate.dialects import registry\n"
        "from migrate.dialects.packaged import adapted\n"
        "root = {'class_name': 'Sequential', 'config': {'layers': [\n"
        "    {'class_name': 'Rings>Ring', 'config': {'name': 'r', 'radius': 2.0}}]}}\n"
        "print(sorted(adapted(root)), 'RINGS001' in {rule.code for rule in registry.all_rules()})\n"
    )
    path = os.pathsep.join([str(EXAMPLE), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": path}
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert answer.stdout.strip() == "[('Rings>Ring', 'r')] True"


@pytest.mark.parametrize(
    "layer",
    [
        Layer("LSTM", "inner", {"units": 2, "activation": "Addons>lisht"}),
        Layer(
            "TimeDistributed",
            "outer",
            {},
            children={"layer": Layer("Dense", "d", {"activation": "Addons>mish"})},
        ),
    ],
)
def test_activations_of_addons_inside_of_a_layer_are_refused(layer: Layer) -> None:
    with pytest.raises(MigrationError, match="inside"):
        activations(Model("Sequential", "m", Topology.SEQUENTIAL, (layer,)), Era.of("2.11.0-tf"))
