"""Where the interpreter could silently compute something else than Python, it does the same or refuses."""

from __future__ import annotations

import pytest
from packaging.version import Version

from migrate.bytecode.errors import Refused
from migrate.bytecode.lambdas import Writer
from tests.bytecode.functions import of_source
from tests.bytecode.support import recovered


def test_an_array_is_changed_in_place() -> None:
    source = "def f(x):\n a = np.ones(4)\n b = a\n b += 2.0\n return x * a"
    assert recovered(of_source(source)).source == "x * [3.0, 3.0, 3.0, 3.0]"


def test_an_array_of_integers_takes_no_fractions() -> None:
    with pytest.raises(Refused, match="in place"):
        recovered(of_source("def f(x):\n a = np.arange(4)\n a += 0.5\n return x * a"))


def test_a_list_is_extended_in_place() -> None:
    source = "def f(x):\n a = [x]\n b = a\n b += [x * 2.0]\n return K.concatenate(a)"
    assert recovered(of_source(source)).source == "tf.concat([x, x * 2.0], axis=2)"


def test_a_generator_sees_what_its_variables_held_when_it_was_run() -> None:
    source = "def f(x):\n k = 2.0\n g = (x[:, i] * k for i in range(2))\n {}return sum(g)"
    assert recovered(of_source(source.format(""))).source == "x[:, 0] * 2.0 + x[:, 1] * 2.0"
    with pytest.raises(Refused, match="generator"):
        recovered(of_source(source.format("k = 3.0\n ")))


def test_rounding_half_way_differs_between_pythons() -> None:
    assert recovered(of_source("def f(x): return x * round(2.4)")).source == "x * 2.0"
    with pytest.raises(Refused, match="rounds"):
        recovered(of_source("def f(x):\n n = 5\n return x * round(n / 2)"))


def test_a_default_is_not_changed_for_the_next_reading() -> None:
    code, _, _ = of_source(
        "def f(x, parts=None):\n parts.append(2.0)\n return K.stack([x * p for p in parts], axis=1)"
    )
    assert recovered([code, [[1.0]], None]).source == "tf.stack([x * 1.0, x * 2.0], axis=1)"


def test_the_settings_of_the_author_are_those_that_the_model_tells() -> None:
    cast = of_source("def f(x): return K.cast(x, K.floatx())")
    wide = Writer(Version("2.4.0"), tf_keras=True, floatx="float64")
    assert recovered(cast, writer=wide).source == "tf.cast(x, dtype='float64')"
    order = of_source("def f(x): return x if K.image_data_format() == 'channels_last' else -x")
    with pytest.raises(Refused, match="image data format"):
        recovered(order, writer=Writer(Version("1.2.2"), tf_keras=False, data_format=""))
    first = Writer(Version("2.2.4"), tf_keras=False, data_format="channels_first")
    assert recovered(order, writer=first).source == "-x"


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n s = x.shape\n return x * s[0]",
        "def f(x): return x * K.int_shape(x)[0]",
        "def f(x): return x if x is K else -x",
        "def f(x):\n for i in x: pass\n return x",
        "def f(x): return x and -x",
        "def f(x): return x * 'a'",
        "def f(x): return {1: x}",
        "def f(x):\n try:\n  return x * undefined\n except NameError:\n  return x",
    ],
)
def test_what_is_not_known_is_refused(source: str) -> None:
    with pytest.raises(Refused):
        recovered(of_source(source))


def test_a_function_in_the_metadata_of_a_saved_model_is_a_tuple() -> None:
    code, _, _ = of_source("def f(x, by=1.0): return x * by")
    defaults = {"class_name": "__tuple__", "items": [2.0]}
    function = {"class_name": "__tuple__", "items": [code, defaults, None]}
    assert recovered(function).source == "x * 2.0"
