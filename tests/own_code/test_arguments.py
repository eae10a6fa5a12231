"""Builders are called as the sources do, with settings beside the weights, and with sizes that the weights tell."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

from migrate.own_code.builders import Builder, builder_source, builders
from migrate.own_code.files import SourceIndex
from migrate.own_code.fitting import (
    Weights,
    counted_otherwise,
    difference,
    joined_gates,
    solve,
    stand_ins,
    telling,
)
from migrate.own_code.settings import settings_near


def found(folder: Path, text: str, weights: str = "weights.h5") -> list[list[Builder]]:
    (folder / "model.py").write_text(dedent(text))
    return builders(SourceIndex([folder]), folder / weights, settings_near(folder / weights, [folder]))


def calls(group: list[Builder]) -> list[tuple[str, tuple[str, ...]]]:
    return [(builder.call, builder.open) for builder in group]


def test_a_dictionary_of_a_class_reaches_the_builder(tmp_path: Path) -> None:
    text = """\
        def build(num_classes, cfg, weights_path=None, dropout=0.0):
            return Model(cfg["length"], num_classes)

        class Generator:
            config = {"length": 40, "deep": False}

            def __init__(self, path):
                self.model = build(self.sizes(path), cfg=self.config, weights_path=path)
        """
    group = found(tmp_path, text)[0]
    wanted = "build(num_classes=sizes[0], cfg={'length': 40, 'deep': False}, weights_path=None)"
    assert calls([b for b in group if b.name == "build"]) == [(wanted, ("num_classes",))]


def test_settings_beside_the_weights_are_what_is_read_by_attribute(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"units": 7, "architecture": "Net", "rate": 0.5}))
    text = """\
        class Net:
            def __init__(self, config, ntags=None):
                self.model = Model(config.units, config.n_vocab, ntags)
        """
    groups = found(tmp_path, text)
    namespace = (
        "config=__import__('types').SimpleNamespace(**{'units': 7, 'architecture': 'Net', 'rate': 0.5, "
        "'n_vocab': sizes[0]})"
    )
    assert calls(groups[0])[0] == (f"Net({namespace})", ("n_vocab",))
    assert (f"Net({namespace}, ntags=sizes[1])", ("n_vocab", "ntags")) in calls(groups[2])
    assert "SimpleNamespace" in builder_source(groups[0][0])


def test_parameters_take_values_of_their_name_from_settings(tmp_path: Path) -> None:
    (tmp_path / "weights_params.yaml").write_text("width: 5\nother: 3\n")
    groups = found(tmp_path, "def net(width=2, weights='imagenet'):\n    return Model(width)\n")
    assert calls(groups[0]) == [("net(weights=None)", ())]
    assert calls(groups[1]) == [("net(width=5, weights=None)", ())]


def test_sizes_among_the_defaults_stay_open_last(tmp_path: Path) -> None:
    groups = found(tmp_path, "def net(num_classes=1000, rate=0.5):\n    return Model(num_classes)\n")
    assert [calls(group) for group in groups] == [
        [("net()", ())],
        [],
        [("net(num_classes=sizes[0])", ("num_classes",))],
        [],
    ]


def test_the_number_of_layers_is_no_size(tmp_path: Path) -> None:
    text = "def net(n_layers):\n    return Model(n_layers)\n"
    ((builder,), *others) = found(tmp_path, text)
    assert builder.lacking == ("n_layers",)
    assert not any(others)
    index = SourceIndex([tmp_path])
    ((builder,), *_) = builders(index, tmp_path / "weights.h5", defined={"n_layers": 3})
    assert (builder.call, builder.lacking) == ("net(n_layers=3)", ())


def test_what_the_user_gives_is_above_what_the_sources_pass(tmp_path: Path) -> None:
    text = "N = 5\n\ndef net(units, depth=2):\n    return Model(units)\n\nnet(N)\n"
    assert calls(found(tmp_path, text)[0]) == [("net(units=5)", ())]
    index = SourceIndex([tmp_path])
    for defined, call in (({"N": 7}, "net(units=7)"), ({"units": 9, "depth": 3}, "net(units=9, depth=3)")):
        assert calls(builders(index, tmp_path / "weights.h5", defined=defined)[0]) == [(call, ())]


def test_methods_are_called_on_what_the_constructor_makes(tmp_path: Path) -> None:
    text = """\
        class Agent:
            def __init__(self, state_size, action_size):
                self.state_size = state_size
                self.model = self._build()

            def _build(self):
                return Sequential([self.state_size])

            @staticmethod
            def plain(units):
                return Sequential([units])

        Agent(4, 2)
        Agent.plain(3)
        """
    assert {call for call, _ in calls(found(tmp_path, text)[0])} == {
        "Agent(state_size=4, action_size=2)",
        "Agent(state_size=4, action_size=2)._build()",
        "Agent.plain(units=3)",
    }


def test_a_call_counts_for_the_function_that_it_means(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("def net(units):\n    return Model(units)\nnet(9)\n")
    (tmp_path / "train.py").write_text("from model import net\nnet(3)\n")
    group = found(tmp_path, "def net(units):\n    return Model(units)\n", "model_weights.h5")[0]
    assert [(b.place.file.name, b.call) for b in group] == [
        ("model.py", "net(units=3)"),
        ("other.py", "net(units=9)"),
    ]


def test_the_builder_that_the_settings_name_stands_first(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"architecture": "gru"}')
    text = "def build_model():\n    return Model()\n\ndef gru():\n    return Model()\n"
    assert [builder.name for builder in found(tmp_path, text)[0]] == ["gru", "build_model"]


def weights(*shapes: tuple[int, ...], layers: str = "") -> Weights:
    return Weights(shapes, list(layers) or [f"layer_{n}" for n in range(len(shapes))])


def test_open_sizes_are_read_off_the_weights() -> None:
    wanted = weights((6040, 8), (3706, 8), (16, 1), (1,))
    users, items = standing = stand_ins(2, wanted.shapes)
    assert len({users, items, 6040, 3706, 8, 16, 1}) == 7
    assert solve(weights((users, 8), (items, 8), (16, 1), (1,)), wanted, standing) == [[6040, 3706]]


def test_names_of_layers_say_which_size_is_whose() -> None:
    users, items = standing = stand_ins(2, [])
    built = weights((users, 8), (items, 8), layers="ui")
    assert solve(built, weights((3706, 8), (6040, 8), layers="iu"), standing) == [[6040, 3706]]
    swapped = weights((3706, 8), (6040, 8), layers="ui")
    assert "(3706, 8) in u" in difference(swapped, weights((3706, 8), (6040, 8), layers="iu"))
    assert difference(swapped, weights((6040, 8), (3706, 8), layers="ab")) == ""


def test_open_sizes_in_another_order_are_each_of_those_that_fit() -> None:
    (size,) = stand_ins(1, [])
    assert [5] in solve(weights((3, size), (size,)), weights((5,), (3, 5)), [size])
    assert solve(weights((3, 4)), weights((3, 4)), [size]) == []


def test_a_size_that_a_flatten_multiplied_is_told_with_the_others() -> None:
    rows, columns = standing = stand_ins(2, [(2, 2, 1, 40), (1680, 7)])
    built = weights((2, 2, 1, 40), (40 * rows * columns, columns), (columns,))
    assert telling([size for shape in built.shapes for size in shape], standing) == standing
    assert solve(built, weights((2, 2, 1, 40), (1680, 7), (7,)), standing) == [[6, 7]]
    assert solve(built, weights((2, 2, 1, 40), (1681, 7), (7,)), standing) == []  # no whole number of rows
    # of two sizes that stand in a product alone, neither is told
    assert solve(weights((40 * rows * columns, 3)), weights((1680, 3)), standing) == []


def test_a_size_of_both_sides_of_an_image_is_a_root() -> None:
    (side,) = standing = stand_ins(1, [(784, 10)])
    assert solve(weights((side * side, 10)), weights((784, 10)), standing) == [[28]]
    assert solve(weights((side * side, 10)), weights((783, 10)), standing) == []


def test_layouts_of_one_layer_are_alike() -> None:
    def same(one: list[tuple[int, ...]], other: list[tuple[int, ...]]) -> str:
        return difference(weights(*one, layers="l" * len(one)), weights(*other, layers="m" * len(other)))

    lstm = [(5, 32), (8, 32), (32,)]
    assert same(lstm, [(5, 32), (8, 32), (64,)]) == "", "CuDNN keeps two biases"
    assert same([(5, 24), (8, 24), (2, 24)], [(5, 24), (8, 24), (24,)]) == "", "reset_after, too"
    assert same([(3, 3, 1, 64), (64,)], [(64, 1, 3, 3), (64,)]) == "", "Theano's order of axes"
    assert same([(5, 8), (16,)], [(5, 8), (8,)]) == "it has (16,) where the file has (8,)"
    assert same([(5, 8)], [(5, 8), (8,)]) == "it has nothing where the file has (8,)"


def test_gates_of_keras_1_are_one_array() -> None:
    gates = [(f"lstm_1_{kind}_{gate}", shape) for gate in "icfo" for kind, shape in GATE]
    assert joined_gates([*gates, ("dense_1_W", (8, 2))]) == [[5, 32], [8, 32], [32], [8, 2]]


GATE = (("W", (5, 8)), ("U", (8, 8)), ("b", (8,)))


def test_settings_outside_of_the_sources_are_not_read(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "config.json").write_text('{"units": 1}')
    (inner / "model.json").write_text('{"class_name": "Sequential", "config": []}')
    (inner / "broken.yaml").write_text("{")
    (inner / "list.json").write_text("[1]")
    assert settings_near(inner / "w.h5", [inner]) == []
    assert settings_near(inner / "w.h5", [tmp_path]) == [{"units": 1}]


def test_a_method_that_keeps_its_model_is_called_before_the_object_is_looked_at(tmp_path: Path) -> None:
    text = """\
        class Net:
            def __init__(self, size):
                self.model = None

            def build(self, hidden):
                self.model = Sequential([hidden])

        Net(3).build(4)
        """
    ((_, builder), *_) = found(tmp_path, text)
    assert (builder.call, builder.then) == ("Net(size=3)", ".build(hidden=4)")
    assert str(builder).endswith("model.py:Net(size=3).build(hidden=4)")
    assert builder_source(builder).endswith(
        "    made = Net(size=3)\n    made.build(hidden=4)\n    return made\n"
    )


def test_layers_that_a_session_counted_in_another_order_have_the_same_arrays_in_order() -> None:
    def named(*layers: str) -> Weights:
        return Weights([(4, 5), (5, 3)], layers)

    assert counted_otherwise(named("dense_1", "dense"), named("dense", "dense_1"))
    assert not counted_otherwise(named("dense", "dense_1"), named("dense", "dense_1"))
    assert not counted_otherwise(named("dense_1", "dense"), named("dense", "dense_2"))
    assert not counted_otherwise(Weights([(5, 3), (4, 5)], ("dense_1", "dense")), named("dense", "dense_1"))
