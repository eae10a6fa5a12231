"""``tf.saved_model.save`` of modules that hold layers."""

from __future__ import annotations

import re

import pytest

from codemods.rules.api import all_source_rules
from codemods.testing import check_noop, run

BEFORE = next(rule.before for rule in all_source_rules() if rule.code == "SAV011")
BARE = BEFORE.replace(
    "    @tf.function(input",
    "    @tf.function\n    def again(self, x):\n        return x\n\n    @tf.function(input",
)


def test_a_function_without_a_signature_is_no_endpoint() -> None:
    assert "def again" in BARE
    text = run(BARE, unsafe=True).text
    assert "add_endpoint('score'" in text
    assert "again" not in text.partition("server = ")[2]


MODULE = """\
import keras
import tensorflow as tf
from other import call, others, path, x


class Server(tf.Module):
    kind = "server"

    def __init__(self, layer):
        super().__init__()
        local = keras.layers.Dense(1)
        layer.inner = self.box.inner = keras.layers.Dense(1)
        self.first = self.second = keras.layers.Dense(1)
        self.model = keras.Sequential()

    @tf.function(input_signature=[tf.TensorSpec([None])], autograph=False)
    def score(self, x):
        return x

    @call(input_signature=[])
    def other(self, x):
        return x
{more}

server = Server()
{line}
"""
AGAIN = """
    @tf.function(input_signature=[tf.TensorSpec([None])])
    def again(self, x):
        return x
"""


def module(line: str, more: str = "") -> str:
    return MODULE.format(line=line, more=more)


def endpoints(line: str, more: str = "") -> list[str]:
    """What the archive of a rewritten module is told to hold."""
    text = run(module(line, more), unsafe=True, select=["SAV011"]).text
    return re.findall(r"(?:track|add_endpoint)\(['\"]?([\w.]+)", text.partition("server = ")[2])


def test_layers_of_the_module_are_tracked_and_methods_with_signatures_are_endpoints() -> None:
    tracked = ["server.model", "server.first", "server.second"]
    assert endpoints("tf.saved_model.save(server, path)") == [*tracked, "serving_default", "score"]
    assert endpoints("tf.saved_model.save(server, path)", AGAIN) == [*tracked, "score", "again"]
    signed = "tf.saved_model.save(server, path, signatures=server.again)"
    assert endpoints(signed, AGAIN) == [*tracked, "serving_default", "score", "again"]
    named = "tf.saved_model.save(server, path, signatures={'go': server.score})"
    assert endpoints(named) == [*tracked, "go", "score"]


@pytest.mark.parametrize(
    "line",
    [
        "found = tf.saved_model.save(server, path)",
        "tf.saved_model.save(Server(), path)",
        "tf.saved_model.save(server, path, signatures=others.score)",
        "tf.saved_model.save(server, path, signatures=call)",
        "tf.saved_model.save(server, path, signatures={'a': server.other})",
        "tf.saved_model.save(server, path, signatures={**others})",
        "tf.saved_model.save(server, path, signatures={x: server.score})",
    ],
)
def test_what_cannot_be_written_in_an_archive_is_only_said(line: str) -> None:
    check_noop(module(line), unsafe=True, select=["SAV007", "SAV011"], codes=["SAV011"])


@pytest.mark.parametrize(
    "line",
    [
        "tf.saved_model.save(server, path, **others)",
        "tf.saved_model.save(export_dir=path)",
        "tf.saved_model.save(keras.Sequential())",
        "tf.saved_model.save(server, path, options=x)",
        "tf.saved_model.save(x, path)",
        "tf.saved_model.save(keras.optimizers.Adam(), path)",
        "tf.saved_model.save(tf.Module(), path)",
    ],
)
def test_of_other_objects_nothing_is_said(line: str) -> None:
    check_noop(module(line), unsafe=True, select=["SAV007", "SAV011"], codes=[])


def test_a_module_without_layers_is_saved_as_before() -> None:
    text = re.sub(r" +\S.*keras\.[lS].*\n", "", module("tf.saved_model.save(server, path)"))
    check_noop(text, unsafe=True, select=["SAV007", "SAV011"], codes=[])
