"""What base classes of Keras 2 did for an author's layer: which layers need it, and which see to it themselves."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, run
from migrate.findings import Fix, Severity

IMPORT = "import keras\nfrom other import f\n\n\n"
INIT = "    def __init__(self, size, **kwargs):\n        super().__init__(**kwargs)\n        self.size = size\n\n"
BUILD = "    def build(self, s):\n        self.w = self.add_weight(shape=(1,))\n\n"
TABLE = f"class Table(keras.layers.Layer):\n{INIT}{BUILD}\n"
USE = "layer = Table(3, weights=[f])\n"


def lacks(text: str) -> bool:
    """Whether a class is given what it lacks."""
    return "_initial_weights" in run(text, select=["LAY115"], unsafe=True).text


def by_hand(text: str) -> list[tuple[Fix, Severity]]:
    return [(finding.fix, finding.severity) for finding in run(text, select=["LAY115"], unsafe=True).findings]


@pytest.mark.parametrize(
    "text",
    [
        TABLE + USE,
        TABLE + "layer = Table(3, name='a', weights=[f])\n",
        TABLE.replace("super().__init__", "super(Table, self).__init__") + USE,
        TABLE.replace("self.size", "f(self.size)\n        self.size") + USE,
        TABLE.replace(INIT, INIT + "    def other(self):\n        return 'weights'\n\n") + USE,
    ],
)
def test_a_layer_that_is_given_weights_takes_them(text: str) -> None:
    assert lacks(IMPORT + text)


@pytest.mark.parametrize(
    "text",
    [
        TABLE + "layer = Table(3)\n",
        TABLE + "layer = Table(3)\nlayer.set_weights(weights=[f])\n",
        TABLE.replace("layers.Layer", "layers.Embedding") + USE,
        TABLE.replace("size, **", "size, weights=None, **") + USE,
        TABLE.replace("size, **", "size, *, weights=None, **") + USE,
        TABLE.replace("size\n", "kwargs.pop('weights')\n", 1) + USE,
        TABLE.replace("layers.Layer", "Model") + USE,
        TABLE.replace("keras.layers.Layer", "f.Layer") + USE,
        TABLE + "other = f.Table(3, weights=[f])\n",
        TABLE + "f(weights=[f])\nTable(3)\n",
        TABLE + "def Make(weights=None):\n    return 1\n\n\nMake(weights=[f])\n",
    ],
)
def test_a_layer_that_takes_them_or_gets_none_stays(text: str) -> None:
    check_noop(IMPORT + text, select=["LAY115"], unsafe=True, codes=[])


@pytest.mark.parametrize(
    "text",
    [
        TABLE.replace(INIT, "") + USE,
        TABLE.replace(BUILD, "    pass\n") + USE,
        TABLE.replace(", **kwargs)", ")").replace("(**kwargs)", "()") + USE,
        TABLE.replace("        super().__init__(**kwargs)\n", "") + USE,
        TABLE.replace("super().__init__(**kwargs)", "super().__init__(**f)") + USE,
        TABLE.replace("super().__init__(**kwargs)", "super().__init__(**f(kwargs))") + USE,
        TABLE.replace("super().__init__(**kwargs)", "super().__init__(name=kwargs)") + USE,
        TABLE.replace("super().__init__(**kwargs)", "self.init(**kwargs)") + USE,
        TABLE.replace("super().__init__(**kwargs)", "f, super().__init__(**kwargs)") + USE,
        TABLE.replace("        self.w =", "        if s:\n            return\n        self.w =") + USE,
    ],
)
def test_a_layer_that_hides_where_it_would_take_them_is_for_a_person(text: str) -> None:
    assert not lacks(IMPORT + text)
    assert by_hand(IMPORT + text) == [(Fix.MANUAL, Severity.ERROR)]


EMBEDDING = "class Pair(keras.layers.{}):\n{}"
SHAPES = "    def compute_output_shape(self, input_shape):\n        return {}\n\n"
CALL = "    def call(self, x):\n        return {}\n"


def spoken(text: str) -> str:
    """The base that speaks of several outputs, as far as a class needs one."""
    made = run(IMPORT + text, select=["CUS031"], unsafe=True).text
    return made.partition("return keras.")[2].partition(".compute_output_spec")[0]


@pytest.mark.parametrize("base", ["Embedding", "Flatten", "Concatenate"])
@pytest.mark.parametrize(
    "said",
    [
        "[(1, 2), (3,)]",
        "(input_shape, (3,))",
        "[input_shape, f]",
        "[super().compute_output_shape(input_shape), f]",
        "[f, f.compute_output_shape(input_shape)]",
    ],
)
def test_several_outputs_are_said_by_their_shapes(base: str, said: str) -> None:
    assert spoken(EMBEDDING.format(base, SHAPES.format(said) + CALL.format("x"))) == "layers.Layer"


def test_several_outputs_are_seen_in_call() -> None:
    assert spoken(EMBEDDING.format("Embedding", CALL.format("[x, x]"))) == "Operation"
    assert spoken(EMBEDDING.format("Embedding", CALL.format("x, x"))) == "Operation"


@pytest.mark.parametrize(
    "text",
    [
        EMBEDDING.format("Layer", CALL.format("[x, x]")),
        EMBEDDING.format("Dense", CALL.format("[x, x]")),
        EMBEDDING.format("Embedding", CALL.format("x")),
        EMBEDDING.format("Embedding", CALL.format("[x]")),
        EMBEDDING.format("Embedding", CALL.format("[x, x]").replace("call", "other")),
        EMBEDDING.format(
            "Embedding",
            CALL.format("[x, x]").replace("return", "if x:\n            return x\n        return"),
        ),
        EMBEDDING.format("Embedding", SHAPES.format("(3, 4)") + CALL.format("[x, x]")),
        EMBEDDING.format("Embedding", SHAPES.format("(input_shape[0], f)") + CALL.format("[x, x]")),
        EMBEDDING.format("Embedding", SHAPES.format("[compute_output_shape(f), 3]") + CALL.format("[x, x]")),
        EMBEDDING.format("Embedding", SHAPES.format("[f.shape(f), 3]") + CALL.format("[x, x]")),
        EMBEDDING.format("Embedding", SHAPES.format("f([input_shape])") + CALL.format("[x, x]")),
        EMBEDDING.format(
            "Embedding", CALL.format("[x, x]") + "\n    def compute_output_spec(self, x):\n        return f\n"
        ),
    ],
)
def test_one_output_or_its_own_word_stays(text: str) -> None:
    check_noop(IMPORT + text, select=["CUS031"], unsafe=True, codes=[])


@pytest.mark.parametrize(
    "text",
    [
        TABLE + "layer = Table(3, name='a')\nf(weights=[f])\n",
        TABLE + "layer = keras.layers.Dense(3, weights=[f])\n",
        TABLE.replace("layers.Layer", "Model") + USE,
        TABLE.replace("layers.Layer", "layers.Embedding") + USE,
        TABLE.replace("size, **", "size, weights=None, **") + USE,
        "class Other:\n    def __init__(self, weights):\n        pass\n\n\nOther(weights=[f])\n",
        "def Make(weights=None):\n    return 1\n\n\nMake(weights=[f])\n",
        "class Same(keras.layers.Layer):\n    pass\n\n\nSame(name='weights=')\n",
    ],
)
def test_what_takes_weights_is_not_for_a_person(text: str) -> None:
    assert by_hand(IMPORT + text) == []


def test_a_layer_without_a_constructor_is_for_a_person() -> None:
    bare = "class Bare(keras.layers.Layer):\n    pass\n\n\nBare(weights=[f])\n"
    assert by_hand(IMPORT + bare) == [(Fix.MANUAL, Severity.ERROR)]


def test_a_layer_that_only_computes_a_shape_says_nothing() -> None:
    check_noop(
        IMPORT + "class Pair(keras.layers.Embedding):\n    pass\n", select=["CUS031"], unsafe=True, codes=[]
    )
    empty = EMBEDDING.format("Embedding", "    def call(self, x):\n        self.x = x\n")
    check_noop(IMPORT + empty, select=["CUS031"], unsafe=True, codes=[])
