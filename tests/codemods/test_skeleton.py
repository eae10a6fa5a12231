"""What a syntax tree is needed for: the tree sees no more, and nothing of the rest is lost."""

from __future__ import annotations

import ast
from pathlib import Path

import libcst as cst
import pytest

import codemods.edit.rebuild
from codemods.edit import apply as applying
from codemods.edit.literals import requoted
from codemods.edit.skeleton import Skeleton, blocks
from codemods.edit.splice import Piece, Splice
from codemods.edit.tokens import Tokens
from codemods.files.source import Source

TEXT = '''\
"""A module."""
import a  # first


@decorated(
    by=1,
)
class One:
    x = 1; y = 2
    # above
    def f(self, b):  # beside
        if b: return 1; b = 2
        elif a.c:
            pass
        else:
            for i in b:
                g(i)
                # below, as deep

            # below, less deep
        return b

    async def h(self):
        try:
            await self
        except* ValueError:
            match self:
                case 1:
                    """multi
line"""
                case _: pass
        finally:
            x = 1 \\
                + 2


# before the last
g(
    2,
)
'''


def statements(tree: ast.Module) -> list[list[ast.stmt]]:
    """Each statement with all that it stands in."""
    found: list[list[ast.stmt]] = []
    work: list[tuple[list[ast.stmt], ast.stmt]] = [([], statement) for statement in tree.body]
    while work:
        above, statement = work.pop()
        path = [*above, statement]
        found.append(path)
        work += [(path, inner) for block in blocks(statement) for inner in block]
    return found


OWN = sorted(Path(applying.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "text", [TEXT, *(path.read_text("utf-8") for path in OWN)], ids=["text", *(p.stem for p in OWN)]
)
def test_all_that_was_left_out_comes_back(text: str, ends: str) -> None:
    source = Source(Path("a.py"), text.replace("\n", ends))
    tree = ast.parse(source.text)
    for path in [[], *statements(tree)[::15]]:
        skeleton = Skeleton(source, tree, set(path), ())
        assert skeleton.restored(skeleton.text) == source.text
        assert cst.parse_module(skeleton.text).code == skeleton.text
        for statement in path:
            start, end = skeleton.span(source.span(statement))
            head = source.segment(statement).partition("\n")[0].rstrip()
            assert skeleton.text[start:end].startswith(head)


def test_the_tree_sees_the_statement_and_what_it_stands_in() -> None:
    source = Source(Path("a.py"), TEXT)
    tree = ast.parse(TEXT)
    wanted = next(path for path in statements(tree) if ast.unparse(path[-1]) == "g(i)")
    text = Skeleton(source, tree, set(wanted), ()).text
    assert "g(i)" in text
    assert "def f" in text
    assert "elif" in text
    assert not any(gone in text for gone in ("return b", "async def", "x = 1; y = 2", "2,\n"))


def test_comments_go_with_the_block_that_they_are_indented_like() -> None:
    text = "import a\nif a:\n    b()\n    # of the block\n# of the module\nc()\n"
    source = Source(Path("a.py"), text.replace("import a", "if 0:\n    pass"))
    tree = ast.parse(source.text)
    assert Skeleton(source, tree, {tree.body[2]}, ()).text == (
        "if 0:\n    del _run0_\ndel _run1_\n# of the module\nc()\n"
    )


def test_a_text_with_several_line_ends_is_left_whole() -> None:
    text = "if a:\n    b()\r\n    c()\n"
    assert Skeleton(Source(Path("a.py"), text), ast.parse(text), set(), ()).text == text


def test_a_name_that_the_text_has_is_not_taken() -> None:
    text = "del _run0_\nx = 1\n"
    skeleton = Skeleton(Source(Path("a.py"), text), ast.parse(text), set(), ())
    assert skeleton.text == "del _run_0_\n"
    assert skeleton.restored(skeleton.text) == text


def test_splice_says_where_places_went() -> None:
    splice = Splice("abcdefgh", [Piece(5, 6, "FFF"), Piece(1, 3, ""), Piece(2, 3, "inside")])
    assert splice.text == "adeFFFgh"
    assert [splice.offset(at) for at in (0, 1, 3, 5, 6, 8)] == [0, 1, 1, 3, 6, 8]
    assert splice.segment(3, 6) == "deFFF"


@pytest.mark.parametrize(
    ("literal", "value", "new"),
    [
        ("'a'", "b", "'b'"),
        ('r"a"', "b", 'r"b"'),
        ('"""a"""', "b", '"""b"""'),
        ("'a'", "it's", '"it\'s"'),
        ("b'a'", "b", "'b'"),
        (r"'a\'b'", "c", "'c'"),
        ("'a' 'b'", "c", None),
        ("'a'\n'b'", "c", None),
        ("('a')", "c", None),
    ],
)
def test_a_literal_gets_another_value(literal: str, value: str, new: str | None) -> None:
    assert requoted(literal, value) == new


PROGRAM = """\
import tensorflow as tf
from keras.layers import Dense

x = tf.keras.backend.mean(y)
z = tf.  keras.backend.mean(y)
s = f"{tf.keras.backend.mean(y)}"
d = Dense(output_dim=3)
e = Dense(output_dim=3, init="uniform")
n = model.predict_classes(y)
"""


IMPORTS = (
    "from tensorflow.keras.layers import Dense, LSTM",
    "from tensorflow.keras.layers import (\n    Dense,  # one\n    LSTM,\n)",
    "from tensorflow.keras.layers import Dense as Dense, LSTM",
    "from tensorflow.keras.layers import Dense as D, LSTM",
    "from tensorflow.keras.layers import Dense, Dense, LSTM",
    "from tensorflow.keras.layers import *",
    "from tensorflow.keras import backend, layers; from tensorflow.keras.layers import Dense, LSTM",
    "from keras.layers.core import Dense\nfrom keras.layers.recurrent import LSTM",
    "from keras.layers.core import Dense, Flatten, K, LSTM",
    "from tensorflow . keras . layers import Dense, LSTM",
    "import tensorflow.keras.layers as layers\nDense, LSTM = layers.Dense, layers.LSTM",
    "import tensorflow.keras.layers as kl\nDense, LSTM = kl.Dense, kl.LSTM",
    "import tensorflow.keras as keras, os\nDense, LSTM = keras.layers.Dense, keras.layers.LSTM",
    "import tensorflow.keras.layers\nDense, LSTM = tensorflow.keras.layers.Dense, 1",
)
"""Ways to bring ``Dense`` and ``LSTM``: some change by a token, some do not."""
NEIGHBOURS = (
    "import tensorflow as tf",
    "import tensorflow as tf  # by its short name",
    "import os, tensorflow as tf",
    "import os; import tensorflow as tf",
    "import keras\nimport tensorflow as tf",
    "import tensorflow as tf\nfrom keras import backend as K  # the backend\nz = K.mean(y)",
    "if True:\n    import tensorflow as tf  # inside\n    z = tf.keras.layers.Dense(2)",
    "if True: import tensorflow as tf",
    "if True: \\\n    import tensorflow as tf",
    "try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None",
    "import tensorflow as tf\r\nz = 1\r",
)
"""Imports that get a neighbour, or leave for another."""


CALLS = (
    "return K.int_shape(x), (K.int_shape)(x), K.int_shape((x)), (K.int_shape(x))[0], -K.int_shape(x)[0]",
    "return K.int_shape(x + y), K.int_shape(x if x else y), K.int_shape((x, y)[0]), K.int_shape(x=y)",
    "return K.int_shape(K.expand_dims(x)), K.int_shape(K.sum(x, 1)), f'{K.int_shape(x)}', not K.int_shape(x)",
    "return K.int_shape(  # why\n        x\n    )",
    "return K.int_shape(\n        x\n    ), K.expand_dims(\n        x\n    ), K.expand_dims(x,), K.expand_dims((x))",
    "return K.expand_dims(K.int_shape(x) + (1,)), K.expand_dims([K.dtype(x) for _ in y]), K.expand_dims(*y)",
    "return K.sum(x, 1), K.sum(x, 1, True), K.sum(\n        x,\n        1,\n    ), K.sum(x, (1)), K.sum((x), 1)",
    "return K.sum(K.argmin(x, 1), 1), K.sum(*y, 1), K.sum(x, **y), K.batch_dot(x, y), K.batch_dot(x, y, [1, 2])",
    "return K.batch_dot(K.expand_dims(x - y, 1), y, axes=[2, 1]), K.batch_dot(x=x, y=y), K.square(x=x)",
    "x.fit_generator(y, 3, max_q_size=10, verbose=1)\n    x.fit_generator(y, max_q_size=10)",
    "Model(input=x, output=y).fit_generator(\n        y,\n        max_q_size=10,  # why\n        verbose=1)",
    "return Dense(3, init='uniform', W_regularizer=None)(x), Dense(output_dim=3,init='one')(y)",
    "return LSTM(3, consume_less='gpu'), LSTM(3,\n        consume_less='gpu',\n        unroll=True)",
    "return BatchNormalization(mode=0), Embedding(3, 4, dropout=0.2)",
    "return K.switch(K.greater(x, 1), lambda: x, lambda: y), K.switch(x > 1 and y, x, y), K.mean(K.switch(x, y, y))",
    "return {K.dtype(x): K.int_shape(y)}, [K.dtype(x)], K.dtype(x) or K.dtype(y), K.int_shape(x)[K.ndim(y)]",
    "return K.int_shape(x)[1:] if K.ndim(x) > 2 else K.ndim(x) ** K.ndim(y), lambda: K.ndim(x), (yield K.ndim(x))",
    "return K.ndim('a' 'b'), K.ndim(x[0, 1]), K.ndim((x, y)), K.int_shape(-1), K.ndim(-x), K.cast(x, 'int' '32')",
    "return K.ndim(x).y, K.ndim(x)(y), K.int_shape(x).y, K.gradients(x, y), K.resize_images(x, 2, 2, 'channels_last')",
)
"""Calls whose arguments change, and expressions that become others, in each place where parentheses may matter."""


@pytest.mark.parametrize(
    "program",
    [
        PROGRAM,
        *(
            f"from keras import backend as K\nfrom keras.layers import *\n\n\ndef f(x, y):\n    {line}\n"
            for line in CALLS
        ),
        "import keras\nfrom keras import backend as K\n\nK.set_session(keras)\n\nclass A:\n    x = keras\n",
        "import a\nfrom keras import backend as K\nimport tensorflow as tf\n\nK.set_session(a)\nx = K.int_shape(a)\n",
        *(f"{line}\nx = Dense(3), LSTM\n" for line in IMPORTS),
        *(
            f"{line}\nx = tf.keras.layers.Dense(3){more}\n"
            for line in NEIGHBOURS
            for more in ("", ", tf.sum(1)")
        ),
    ],
)
def test_tokens_and_the_tree_do_the_same(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from codemods.edit.engine import rewrite
    from codemods.options import Options

    source = Source(Path("a.py"), program)
    short = rewrite(source, Options(unsafe=True))
    monkeypatch.setattr(Tokens, "_made", lambda self, node, edits, *, tokens_only: None)
    monkeypatch.setattr(Tokens, "_import", lambda self, statement: None)
    monkeypatch.setattr(Skeleton, "_masks", lambda self, block: iter(()))
    long = rewrite(source, Options(unsafe=True))
    assert short == long
    assert short.text != program


def test_a_comment_stays_with_the_import_that_it_stands_behind() -> None:
    from codemods.edit.engine import rewrite
    from codemods.options import Options

    text = "import tensorflow as tf  # for sums\n\nx = tf.keras.layers.Dense(3), tf.sum(1)\n"
    made = rewrite(Source(Path("a.py"), text), Options()).text
    assert made.startswith("import tensorflow as tf  # for sums\nimport keras\n\n")


def test_tokens_need_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    from codemods.edit.engine import rewrite
    from codemods.options import Options

    def refuse(*arguments: object) -> str:
        raise AssertionError("a tree was built")

    monkeypatch.setattr(codemods.edit.rebuild, "rebuilt", refuse)
    text = "from keras.layers.core import Dense\n\nd = Dense(output_dim=3)\n"
    wanted = text.replace("output_dim", "units").replace(".core", "")
    assert rewrite(Source(Path("a.py"), text), Options()).text == wanted
