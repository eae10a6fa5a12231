"""The backend of a file: stored, told by names, or weighed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrate.dialects.backends import reading_of, same_model
from migrate.dialects.translate import era_of, translate
from migrate.formats.artifact import SavedArray
from migrate.formats.writers import infer_backend
from tests.dialects.authentic import MODELS, artifact


@pytest.mark.parametrize(
    ("case", "backend"),
    [
        ("keras-1.2.2/conv_th", "tensorflow"),
        ("keras-1.2.2-theano/conv_th", "theano"),
        ("keras-1.2.2-theano/conv_tf", "theano"),
        ("keras-2.2.4/mlp", "tensorflow"),
    ],
)
def test_files_tell(case: str, backend: str) -> None:
    reading = reading_of(artifact(case))
    assert reading.certain
    assert reading.backend == backend


@pytest.mark.parametrize(
    ("names", "backend"),
    [
        (["dense_1_W:0", "dense_1_b:0"], "tensorflow"),
        (["dense_1_W", "dense_1_b"], "theano"),
        (["dense_1_W:0", "own"], None),
        (["param_0", "param_1"], None),
        ([], None),
    ],
)
def test_names_of_weights(names: list[str], backend: str | None) -> None:
    assert infer_backend(names)[0] == backend


def unsaid(**writer: Any) -> Any:
    """A model of Keras 1 that tells nothing of its backend."""
    source = artifact("broken/backend_unsaid")
    return replace(source, writer=replace(source.writer, **writer))


def test_the_order_of_dimensions_is_a_hint() -> None:
    reading = reading_of(unsaid())
    assert (reading.backend, reading.certain) == ("theano", False)
    assert reading.hints == ("dimensions in Theano's order",)


def test_names_of_the_optimizer_decide() -> None:
    source = unsaid()
    source.optimizer_weights = [SavedArray("Adam/iterations:0", source.weights[0].arrays[0].array)]
    assert reading_of(source).certain
    assert reading_of(source).backend == "tensorflow"


def test_the_default_of_the_release_is_a_hint() -> None:
    bare = unsaid()
    bare.architecture = {"class_name": "Sequential", "config": []}
    old = replace(bare, writer=replace(bare.writer, keras="1.0.2"))
    assert reading_of(old).backend == "theano"
    assert reading_of(bare).backend == "tensorflow"
    assert not reading_of(bare).certain


def test_the_word_of_the_user_counts_where_the_file_does_not_tell() -> None:
    assert reading_of(unsaid(), "tensorflow").certain
    assert era_of(unsaid(), backend="tensorflow").backend == "tensorflow"
    assert reading_of(artifact("keras-1.2.2-theano/conv_th"), "tensorflow").backend == "theano"


def test_a_file_of_tf_keras_was_computed_by_tensorflow() -> None:
    assert reading_of(unsaid(keras="2.4.0")).certain


def test_readings_may_be_the_same_model() -> None:
    for case, same in (("keras-1.2.2/mlp", True), ("broken/backend_unsaid", False)):
        source = artifact(case)
        era = era_of(source)
        models = [translate(source, replace(era, backend=name)).modern for name in ("theano", "tensorflow")]
        assert same_model(*models) is same


def test_the_case_has_no_recording() -> None:
    assert not (MODELS / "broken" / "backend_unsaid" / "model.golden.npz").exists()
