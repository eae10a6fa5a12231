"""Builders are called as the sources do, with settings beside the weights, and with sizes that the weights tell."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

from migrate.own_code.builders import Builder, builder_source, builders
from migrate.own_code.files import SourceIndex
from migrate.own_code.fitting import Weights, difference, joined_gates, solve, stand_ins
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
    assert found(tmp_path, "def net(n_layers):\n    return Model(n_layers)\n") == [[], [], [], []]


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
