"""Graph convolutions of Spektral, pairs of TensorFlow Recommenders and rare layers of Addons: what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Node, TensorRef
from migrate.dialects.ecosystem.addons_rest import embedding_bag, noisy_dense, pyramid
from migrate.dialects.ecosystem.graph_convolutions import attention_pool, convolution
from migrate.dialects.ecosystem.recommenders import dot_interaction
from migrate.dialects.foreign import foreign_of
from migrate.dialects.rule import Era
from migrate.dialects.unsupported import refuse_unsupported
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode
from tests.dialects.ecosystem.chains import chain

KERNEL = {"kernel": np.ones((3, 3, 2), "float32")}


def known(*shapes: tuple[int | None, ...] | None) -> Any:
    return lambda position: shapes[position]


def called(name: str, inputs: int, **config: Any) -> Layer:
    node = Node(([TensorRef(f"i{at}") for at in range(inputs)],))
    return Layer(name, "x", config, (node,), KERNEL)


def test_a_chebyshev_convolution_has_a_kernel_for_each_term() -> None:
    parts = convolution(called("spektral>ChebConv", 2, K=3), known((None, 5, 3), (None, 5, 5))).parts
    assert sum(part.class_name == "Dense" for part in parts) == 3
    assert sum(part.name.startswith("x_along") or part.name == "x_term_1" for part in parts) == 2


@pytest.mark.parametrize("edges", [(5, 5), None])
def test_graphs_in_another_mode_than_batches_are_refused(edges: tuple[int, ...] | None) -> None:
    with pytest.raises(MigrationError, match="batch mode"):
        convolution(called("spektral>ChebConv", 2), known((None, 3), edges))


def test_a_pool_of_graphs_of_several_sizes_is_refused() -> None:
    for layer, shape in (
        (called("spektral>GlobalAttnSumPool", 2), (None, 5, 3)),
        (called("spektral>GlobalAttnSumPool", 1), (None, 3)),
    ):
        with pytest.raises(MigrationError, match="batch mode"):
            attention_pool(layer, known(shape))


@pytest.mark.parametrize(("itself", "kept"), [(False, [3, 6, 7]), (True, [0, 3, 4, 6, 7, 8])])
def test_the_pairs_below_the_diagonal(itself: bool, kept: list[int]) -> None:
    layer = called("tfrs>DotInteraction", 3, self_interaction=itself)
    found = dot_interaction(layer, known(*[(None, 4)] * 3)).parts[-1]
    assert found.nodes[0].kwargs["indices"] == kept


@pytest.mark.parametrize(
    ("config", "shapes", "word"),
    [
        ({"skip_gather": True}, [(None, 4), (None, 4)], "diagonal"),
        ({}, [(None, 4), (None, 5)], "one size"),
        ({}, [(None, 4), None], "one size"),
        ({}, [(None, 4, 2), (None, 4, 2)], "one size"),
    ],
)
def test_pairs_that_are_refused(config: dict[str, bool], shapes: list[Any], word: str) -> None:
    with pytest.raises(MigrationError, match=word):
        dot_interaction(called("tfrs>DotInteraction", 2, **config), known(*shapes))


def test_rows_that_fill_no_cell_are_cut_off() -> None:
    layer = Layer("Addons>SpatialPyramidPooling2D", "p", {"bins": [[2, 3]]})
    parts = pyramid(layer, known((None, 5, 7, 2))).parts
    assert [part.config for part in parts[:2]] == [
        {"cropping": [[0, 1], [0, 1]]},
        {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"},
    ]
    for shape, config in (
        ((None, 1, 7, 2), {}),
        ((None, None, 7, 2), {}),
        ((None, 5, 7, 2), {"data_format": "channels_first"}),
    ):
        with pytest.raises(MigrationError):
            pyramid(layer.with_config(**config), known(shape))


def test_the_noise_is_in_the_weights() -> None:
    arrays = {
        f"{part}_{role}": np.full(2, value, "float32")
        for part, value in (("mu", 1.0), ("sigma", 0.5), ("eps", 3.0))
        for role in ("kernel", "bias")
    }
    found = noisy_dense(Layer("x", "n", {"units": 2, "sigma": 0.5}, (), arrays), Era.of("2.15.0"))
    assert found.config == {"units": 2}
    assert all((array == 2.5).all() for array in found.weights.values())


def test_a_bag_takes_the_sum_or_the_mean() -> None:
    arrays = {"embeddings": np.ones((3, 2), "float32")}
    config = {"input_dim": 3, "output_dim": 2}
    found = embedding_bag(Layer("x", "b", {**config, "combiner": "mean"}, (), arrays), known()).parts[-1]
    assert found.config["function"] == "math.reduce_mean"
    with pytest.raises(MigrationError, match="max"):
        embedding_bag(Layer("x", "b", {**config, "combiner": "max"}, (), arrays), known())


@pytest.mark.parametrize(
    ("class_name", "keys", "package"),
    [
        ("GINConv", ("aggregate",), "Spektral"),
        ("ESN", ("connectivity", "spectral_radius"), "TensorFlow Addons"),
        ("MaxUnpooling2D", ("pool_size", "strides", "padding"), "TensorFlow Addons"),
        ("ClusterWeightsRNN", ("number_of_clusters", "cluster_centroids_init"), "Model Optimization"),
        ("HDenseBatchNorm", ("kq_conf", "paq_conf"), "HGQ"),
    ],
)
def test_what_nothing_expresses_says_what_to_do(class_name: str, keys: tuple[str, ...], package: str) -> None:
    layer = Layer(class_name, "x", dict.fromkeys(keys))
    assert foreign_of(layer) is None
    with pytest.raises(MigrationError, match=package) as caught:
        refuse_unsupported(chain(layer), OwnCode())
    assert caught.value.code == "ECO091"
    refuse_unsupported(chain(Layer(class_name, "x", {})), OwnCode())
