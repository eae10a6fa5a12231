"""Hooks about members say of which classes, and are not asked about objects of others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from codemods.analysis import scan as scanning
from codemods.analysis.scan import Dispatcher
from codemods.context import Context
from codemods.files.source import Source
from codemods.names.resolver import Module
from codemods.options import NEWEST
from codemods.rules import api
from codemods.rules._evidence import LAYER, METRIC, MODEL
from codemods.rules.api import Match, hooks, visit
from codemods.testing import run

RULE = next(rule for rule in api.all_source_rules() if rule.code == "TRN002")


@pytest.mark.parametrize(
    "places", [{"methods": {"fit"}}, {"attributes": {"lr"}}], ids=["method", "attribute"]
)
def test_a_member_without_its_classes_is_refused(places: dict[str, set[str]]) -> None:
    with pytest.raises(TypeError, match="TRN002 hooks members of objects"):
        visit(RULE, **places)


def test_every_hook_says_whose_members_it_means() -> None:
    untyped = {
        f"{hook.check.__module__.removeprefix('codemods.rules.')}.{hook.check.__name__}"
        for hook in hooks()
        if (hook.methods or hook.attributes) and not hook.of
    }
    assert untyped == {
        "arguments.keras1_members.keras_shapes",
        "custom.shapes.dimensions",
        "custom.shapes.shape_lists",
        "custom.train_step.compiled_metrics",
        "custom.variables.members",
        "custom.variables.references",
        "libraries.pandas_calls.as_matrix",
        "layers.nodes.members",
        "operations.gradient_overrides.overrides",
        "operations.tensorflow.numpy_of",
    }


@pytest.mark.parametrize(
    ("holder", "asked"),
    [
        ("keras.Sequential()", True),
        ("keras.metrics.Mean()", False),
        ("sklearn.svm.SVC()", False),
        ("make()", True),
    ],
)
def test_a_rule_without_a_guard_of_its_own_is_asked_where_the_object_may_be_meant(
    monkeypatch: pytest.MonkeyPatch, holder: str, asked: bool
) -> None:
    registered: list[api.Hook] = []
    monkeypatch.setattr(api, "_HOOKS", registered)

    @visit(RULE, methods={"fit"}, of={MODEL})
    def anything(call: ast.Call, ctx: Context) -> Iterator[Match]:
        yield Match(RULE, call)

    tables = Dispatcher(tuple(registered), api.Target.KERAS, NEWEST, api.Backend.TENSORFLOW)
    monkeypatch.setattr(scanning, "dispatcher", lambda *_: tables)
    text = f"import keras\nimport sklearn.svm\nfrom here import make\nthing = {holder}\nthing.fit(x, y)\n"
    source = Source(Path("train.py"), text)
    context = Context(source, Module(source.parse()), api.Target.KERAS, NEWEST)
    found = list(scanning.scan(context))
    assert [match.rule.code for match in found] == (["TRN002"] if asked else [])


def test_classes_of_receivers_are_known_ones() -> None:
    named = {cls for hook in hooks() for cls in hook.of}
    assert {LAYER, METRIC, MODEL} <= named
    assert all(name.startswith("keras.") for name in named)


@pytest.mark.parametrize(
    ("docstring", "known"),
    [
        ("Args:\n        model (tf.keras.Model): a model.", True),
        ("Args:\n        model (`keras.Sequential`, optional): a model.", True),
        ("Parameters\n    ----------\n    model : keras.Model\n        A model.", True),
        ("Parameters\n    ----------\n    model : keras.Model, optional\n        A model.", True),
        (":param keras.Model model: a model", True),
        (":type model: keras.Model", True),
        ("A model of Keras.", False),
        ("Args:\n        model (object): a model.", False),
        ("Args:\n        other (keras.Model): a model.", False),
        ("Args:\n        model (Model): a model of another package.", False),
        (":type model: sklearn.base.BaseEstimator", False),
    ],
)
def test_a_docstring_says_what_a_parameter_is(docstring: str, known: bool) -> None:
    head = "import keras\nimport tensorflow as tf\n\n\ndef f(model):\n"
    text = f'{head}    """{docstring}"""\n    model.reset_states()\n'
    new = run(text, unsafe=True).text
    assert ("for layer in model.layers:" in new) is known
    assert "for layer in model.layers:" not in run(text).text
