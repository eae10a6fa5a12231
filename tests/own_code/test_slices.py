"""A slice holds what a name needs and nothing else, across the files of a repository."""

from __future__ import annotations

import json
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from codemods.files.source import SourceError
from migrate.own_code.files import SourceIndex, files_below
from migrate.own_code.slices import Slice, cut


def repository(folder: Path, **files: str) -> SourceIndex:
    for name, text in files.items():
        path = folder / (name.replace("__", "/", 1) + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return SourceIndex([folder])


def sliced(index: SourceIndex, *names: str) -> Slice:
    return cut([(name, index.places(name)[0]) for name in names])


def test_a_class_brings_its_bases_and_constants_and_leaves_the_script_behind(tmp_path: Path) -> None:
    index = repository(
        tmp_path,
        train="""\
            import argparse
            import scipy
            from tensorflow import keras
            import matplotlib.pyplot as plt

            parser = argparse.ArgumentParser()
            args = parser.parse_args()
            EPS = 1e-5

            def norm(x):
                return x / EPS

            class Base(keras.layers.Layer):
                pass

            class Mine(Base):
                def call(self, x):
                    return norm(x)

            model = build(args)
            plt.show()
            """,
    )
    piece = sliced(index, "Mine")
    for wanted in ("class Mine", "class Base", "def norm", "EPS = 1e-5", "from tensorflow import keras"):
        assert wanted in piece.text
    for left in ("argparse", "scipy", "plt", "build(args)"):
        assert left not in piece.text
    assert piece.missing == ()
    compile(piece.text, "slice", "exec")


def test_names_are_followed_through_relative_absolute_and_aliased_imports(tmp_path: Path) -> None:
    index = repository(
        tmp_path,
        pkg____init__="",
        pkg__blocks="""\
            import numpy as np
            from .ops import scale as scaled
            from pkg import consts
            import pkg.consts as C
            from keras.layers import *

            class Block(Layer):
                def call(self, x):
                    return scaled(x) * consts.FACTOR + C.OTHER
            """,
        pkg__ops="def scale(x):\n    return x * 2\n",
        pkg__consts="FACTOR = 3\nOTHER = 4\nUNUSED = open('/nowhere')\n",
    )
    piece = sliced(index, "Block")
    assert "def scale(x)" in piece.text
    assert "scaled = scale" in piece.text
    assert "FACTOR = 3" in piece.text
    assert "C.OTHER = OTHER" in piece.text
    assert "from keras.layers import *" in piece.text
    assert "/nowhere" not in piece.text
    assert "numpy" not in piece.text
    assert "from .ops" not in piece.text
    compile(piece.text, "slice", "exec")


def test_python_2_costs_only_the_statement_that_holds_it(tmp_path: Path) -> None:
    index = repository(
        tmp_path,
        old="""\
            from keras.layers import Layer

            def train():
                print "epoch", 1

            class Old(Layer):
                pass
            """,
    )
    assert "class Old(Layer)" in sliced(index, "Old").text


def test_a_class_inside_a_function_is_cut_out_of_it(tmp_path: Path) -> None:
    """The function builds a model around it and loads files: running it would not even give the class."""
    index = repository(
        tmp_path,
        app="""\
            from tensorflow.keras import layers

            def load():
                import numpy as np
                size = 8
                scale = np.sqrt(size)

                class Sampling(layers.Layer):
                    width = size

                    def call(self, inputs):
                        return inputs + np.ones(size)

                class Scaled(layers.Layer):
                    def call(self, inputs):
                        return inputs * scale

                model = load_it("nowhere.h5")
                return model
            """,
    )
    piece = sliced(index, "Sampling")
    assert "def load" not in piece.text
    assert "nowhere" not in piece.text
    assert piece.missing == ()
    assert "class Sampling(layers.Layer):\n    width = size\n" in piece.text
    assert piece.text.index("size = 8") < piece.text.index("class Sampling")
    with pytest.raises(SourceError, match="inside load, which computes what Scaled uses"):
        sliced(index, "Scaled")


def test_a_function_inside_a_function_is_made_by_its_maker(tmp_path: Path) -> None:
    index = repository(
        tmp_path,
        losses="""\
            def focal(gamma=2.0):
                def focal_fixed(y, p):
                    return gamma * (y - p)
                return focal_fixed

            def needs(alpha):
                def inner(y, p):
                    return alpha
                return inner
            """,
    )
    piece = sliced(index, "focal_fixed")
    assert "focal_fixed = focal()" in piece.text
    scope: dict[str, object] = {}
    exec(piece.text, scope)
    assert scope["focal_fixed"](3.0, 1.0) == 4.0  # type: ignore[operator]
    with pytest.raises(SourceError, match="alpha"):
        sliced(index, "inner")


def test_a_name_that_nothing_binds_is_said(tmp_path: Path) -> None:
    index = repository(tmp_path, one="class A:\n    def f(self):\n        return lost(1)\n")
    assert sliced(index, "A").missing == ("lost",)


def test_notebooks_are_searched(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import keras\n"]},
        {"cell_type": "markdown", "source": ["class NotThis\n"]},
        {"cell_type": "code", "source": ["class InNotebook(keras.layers.Layer):\n", "    pass\n"]},
    ]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    index = SourceIndex([tmp_path])
    assert "class InNotebook(keras.layers.Layer)" in sliced(index, "InNotebook").text
    assert "NotThis" not in index.names


def test_what_a_run_wrote_is_no_source_of_the_next_one(tmp_path: Path) -> None:
    code = "class Gate:\n    pass\n"
    names = ("net.py", "stubs/own.py", "out/notes.py", "out/net/custom_objects.py", "out/stubs/net.py")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(code)
    (tmp_path / "out" / "net" / "migration.json").write_text("{}")
    (tmp_path / "out" / ".keras-migrate").mkdir()
    (tmp_path / "out" / ".keras-migrate" / "ledger.sqlite").touch()
    found = [file.relative_to(tmp_path).as_posix() for file in files_below(tmp_path)]
    assert found == ["net.py", "out/notes.py", "stubs/own.py"]
    given = tmp_path / "out" / "net"
    assert [*files_below(given)] == [given / "custom_objects.py"]


def test_the_nearest_definition_is_taken(tmp_path: Path) -> None:
    index = repository(tmp_path, a__m="class Same:\n    which = 'a'\n", b__m="class Same:\n    which = 'b'\n")
    assert index.places("Same", tmp_path / "b" / "model.h5")[0].file == tmp_path / "b" / "m.py"


def test_a_thousand_files_are_indexed_within_two_seconds(tmp_path: Path) -> None:
    body = "\n\n".join(
        f"class C{{n}}_{k}:\n    def m(self):\n        return {k}\n\n\ndef f{{n}}_{k}(x):\n    return x\n"
        for k in range(20)
    )
    for number in range(1000):
        (tmp_path / f"m{number}.py").write_text(body.format(n=number))
    start = time.process_time()
    index = SourceIndex([tmp_path])
    assert len(index.places("C999_19")) == 1
    assert time.process_time() - start < 2.0


def test_names_that_two_modules_use_otherwise_are_kept_apart(tmp_path: Path) -> None:
    index = repository(
        tmp_path,
        main="""\
            import acts
            from other import get as fetch

            def get(x):
                return fetch(x) + acts.get(x)

            def both(get):
                return get
            """,
        acts="SCALE = 10\n\ndef get(x):\n    return x * SCALE\n",
        other="SCALE = 100\n\ndef get(x):\n    return x * SCALE\n",
    )
    scope: dict[str, object] = {}
    exec(sliced(index, "get").text, scope)
    assert scope["get"](1) in (10, 110)  # type: ignore[operator]
    piece = cut([("get", p) for p in index.places("get") if p.file.name == "main.py"])
    scope = {}
    exec(piece.text, scope)
    assert scope["get"](1) == 110  # type: ignore[operator]


def test_what_a_class_needs_at_once_stands_before_it(tmp_path: Path) -> None:
    index = repository(
        tmp_path,
        pkg____init__="",
        pkg__a="from pkg import b\n\ndef low(x):\n    return x\n\nclass Top(b.Middle):\n    pass\n",
        pkg__b="from pkg.a import low\n\nclass Middle:\n    step = staticmethod(low)\n",
    )
    scope: dict[str, object] = {}
    exec(sliced(index, "Top").text, scope)
    assert scope["Top"].step(2) == 2  # type: ignore[attr-defined]


def test_a_base_of_a_package_that_is_not_installed_can_be_derived_from_and_not_made(tmp_path: Path) -> None:
    index = repository(
        tmp_path,
        models="""\
            from no_such_package.base import Estimator, Mixin
            from no_such_package import tool
            class Preprocessor(Estimator, Mixin):
                pass
            def build(preprocessor: Preprocessor = None):
                return tool or 3
        """,
    )
    namespace: dict[str, object] = {}
    exec(sliced(index, "build").text, namespace)
    build, preprocessor = namespace["build"], namespace["Preprocessor"]
    assert callable(build)
    assert build() == 3
    assert callable(preprocessor)
    with pytest.raises(ImportError, match="no_such_package"):
        preprocessor()


def test_a_base_that_is_not_installed_can_be_registered_and_not_made(tmp_path: Path) -> None:
    index = repository(
        tmp_path,
        wrapper="""\
            from surely_not_installed.text import Wrapper

            class Mine(Wrapper):
                pass
            """,
    )
    found: dict[str, Any] = {}
    exec(sliced(index, "Mine").text, found)
    assert hasattr(found["Mine"], "get_config")
    with pytest.raises(ImportError, match=r"surely_not_installed\.text is not installed"):
        found["Mine"](3)
