"""Source and artifacts are tied together, and what leads nowhere is said."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from migrate.report.compatibility.links import Target, Ties, tie
from migrate.report.compatibility.references import Outline, config_references, notebook_outline, outline


def ties(files: dict[str, str], *targets: Target | str) -> Ties:
    outlines: dict[str, Outline] = {}
    for path, text in files.items():
        data = dedent(text).encode()
        found = outline(data) if path.endswith(".py") else config_references(data)
        assert found is not None
        outlines[path] = found
    return tie(outlines, [t if isinstance(t, Target) else Target(t) for t in targets])


def states(found: Ties) -> list[tuple[str, str, str]]:
    return sorted((link.kind, link.target, link.state) for link in found.links)


def codes(found: Ties) -> list[str]:
    return sorted(placed.finding.code for placed in found.broken)


@pytest.mark.parametrize(
    "call",
    [
        'load_model("weights/a.h5")',
        "keras.models.load_model(filepath='weights/a.h5')",
        'load_model(os.path.join("weights", "a.h5"))',
        'load_model(os.path.join(ROOT, "weights", "a.h5"))',
        'load_model(Path("weights") / "a.h5")',
        'load_model(str(Path(__file__).parent / "a.h5"))',
        'load_model(f"{root}/weights/a.h5")',
        'load_model("%s/a.h5" % root)',
        'load_model("{}/a.h5".format(root))',
        'load_model(DIR + "/a.h5")',
        'load_model("/srv/app/weights/a.h5")',
        'load_model("./weights/a.h5")',
        'model.load_weights("a.h5")',
        'tf.saved_model.load("weights/a.h5")',
    ],
)
def test_paths_are_followed(call: str) -> None:
    found = ties({"app/run.py": f'DIR = "weights"\nimport keras\nx = {call}\n'}, "weights/a.h5")
    assert states(found) == [("loads", "weights/a.h5", "linked")]
    assert codes(found) == []


def test_path_beside_the_file_wins() -> None:
    found = ties({"b/run.py": 'load_model("a.h5")'}, "a.h5", "b/a.h5")
    assert states(found)[0] == ("loads", "b/a.h5", "linked")


def test_pattern_of_a_checkpoint_names_all_that_it_wrote() -> None:
    source = 'ModelCheckpoint("weights/w.{epoch:02d}-{val_loss:.2f}.hdf5")\n'
    found = ties({"t.py": source}, "weights/w.01-0.30.hdf5", "weights/w.02-0.10.hdf5", "weights/x.hdf5")
    linked = [target for kind, target, state in states(found) if (kind, state) == ("saves", "linked")]
    assert linked == ["weights/w.01-0.30.hdf5", "weights/w.02-0.10.hdf5"]


def test_absent_file_is_a_finding_that_knows_a_namesake() -> None:
    found = ties({"t.py": 'load_model("weights/a.h5")'}, "models/a.h5")
    assert codes(found) == ["LNK001", "LNK002"]
    broken = next(placed for placed in found.broken if placed.finding.code == "LNK002")
    assert (broken.path, broken.line) == ("t.py", 1)
    assert "models/a.h5" in broken.finding.hint


@pytest.mark.parametrize("argument", ["path", 'os.environ["M"]', "args.model", 'f"{a}{b}"', "get()"])
def test_path_known_at_run_time_is_open_and_no_finding(argument: str) -> None:
    found = ties({"t.py": f"load_model({argument})"})
    assert [state for _, _, state in states(found)] == ["open"]
    assert codes(found) == []


@pytest.mark.parametrize(
    "source",
    ['np.save("x.npy", a)', 'plt.savefig("x.png")', "image.save(name)", 'df.export("x")', "json.load(f)"],
)
def test_other_saves_and_loads_are_no_links(source: str) -> None:
    assert ties({"t.py": f"import keras\n{source}"}).links == []


def test_constant_that_is_assigned_twice_is_not_followed() -> None:
    found = ties({"t.py": 'P = "a.h5"\nif x: P = "b.h5"\nload_model(P)'})
    assert ("loads", "*", "open") in states(found)


def test_literal_that_names_an_artifact_is_a_link_and_else_nothing() -> None:
    source = 'def f(weights="w/a.h5", other="w/none.h5"): ...\nimport keras'
    assert states(ties({"t.py": source}, "w/a.h5")) == [("names", "w/a.h5", "linked")]


def test_piece_of_a_path_is_no_path_of_its_own() -> None:
    source = 'load_model(os.path.join(folder, "model.h5"))\nimport keras'
    found = ties({"t.py": source}, "a/model.h5", "b/model.h5")
    assert {kind for kind, _, _ in states(found)} == {"loads"}


def test_name_of_many_files_means_none_of_them() -> None:
    found = ties({"t.py": 'load_model("model.h5")'}, *(f"{c}/model.h5" for c in "abcdef"))
    assert states(found) == [("loads", "*", "open")]


def test_nearest_of_several_ends_is_meant() -> None:
    source = 'model.save_weights("{}_weights.h5".format(name))'
    found = ties({"a/app/t.py": source}, "a/app/x_weights.h5", "b/y_weights.h5")
    assert states(found) == [("saves", "a/app/x_weights.h5", "linked")]


def test_class_that_nobody_misses_is_no_finding() -> None:
    found = ties({"t.py": 'load_model("a.h5")'}, Target("a.h5", ("Scale",), stopped=False))
    assert codes(found) == []


@pytest.mark.parametrize("name", ["w/cp.ckpt", "w/cp.ckpt-3", "w/cp.ckpt-3.index"])
def test_checkpoint_is_called_by_its_prefix(name: str) -> None:
    source = f'import keras\nmodel.load_weights("{name}")'
    assert states(ties({"t.py": source}, "w/cp.ckpt-3.index")) == [("loads", "w/cp.ckpt-3.index", "linked")]


def test_other_files_of_a_saved_model_are_no_models() -> None:
    found = ties(
        {"c.json": '"saved_model.golden.npz", "w/saved_model", "w/cp.ckpt-3"'},
        "w/saved_model",
        "w/cp.ckpt-3.index",
    )
    assert states(found) == [("names", "w/cp.ckpt-3.index", "linked"), ("names", "w/saved_model", "linked")]


@pytest.mark.parametrize(
    "word",
    [
        "export_saved_model",
        "saved_model_json",
        "saved_model",
        ".weights.h5",
        "*.h5",
        "tf.keras",
        "saved_model.npz",
        "x.pbtxt",
    ],
)
def test_word_of_a_configuration_is_no_path(word: str) -> None:
    assert [x for x in ties({"c.json": f'"{word}"'}).links if x.state == "broken"] == []


@pytest.mark.parametrize(
    "path", ["tf.keras-2.4/plain/saved_model", "w.h5", "a/b.keras", "cp.ckpt-3", "./m/best*.h5"]
)
def test_path_of_a_configuration_is_one(path: str) -> None:
    (link,) = ties({"c.json": f'"{path}"'}).links
    assert (link.target, link.state) == (path, "broken")


def test_namespace_is_no_file() -> None:
    assert (
        ties({"c.json": '{"by": "tf.keras", "x": "tensorflow.keras"}', "t.py": 'x = "tf.keras"'}).links == []
    )


def test_configuration_names_a_model() -> None:
    found = ties({"serve/config.yaml": "model: ${HOME}/w/a.h5\nold: w/gone.keras\n"}, "w/a.h5")
    assert states(found) == [("names", "w/a.h5", "linked"), ("names", "w/gone.keras", "broken")]
    assert codes(found) == ["LNK002"]


def test_unloaded_model_is_information_where_there_is_source() -> None:
    assert codes(ties({"t.py": "import keras"}, "a.h5")) == ["LNK001"]
    assert codes(ties({"c.yaml": "x: 1"}, "a.h5")) == []
    assert codes(ties({}, "a.h5")) == []


def test_custom_class_is_found_or_missed() -> None:
    source = "import keras\nclass Scale(keras.layers.Layer): ...\ndef swish(x): ...\n"
    files = {"layers.py": source, "t.py": 'load_model("a.h5")'}
    found = ties(files, Target("a.h5", ("pkg>Scale", "swish()")))
    assert [x for x in states(found) if x[0] == "defines"] == [("defines", "a.h5", "linked")] * 2
    assert codes(found) == []
    assert codes(ties(files, Target("a.h5", ("Other",)))) == ["LNK003"]
    assert codes(ties({**files, "b.py": source}, Target("a.h5", ("Scale",)))) == ["LNK005"]


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        ('m = tf.saved_model.load("sm")\nf = m.signatures["serving_default"]', []),
        ('m = tf.saved_model.load("sm")\nf = m.signatures["predict"]', ["LNK004"]),
        ('TFSMLayer("sm", call_endpoint="serve")', ["LNK004"]),
        ('m = get()\nf = m.signatures["predict"]', ["LNK001"]),
    ],
)
def test_signature_is_offered_or_not(caller: str, code: list[str]) -> None:
    found = ties({"t.py": caller}, Target("sm", signatures=("serving_default",)))
    assert codes(found) == code


def test_signature_of_a_model_that_nobody_looked_at_is_open() -> None:
    found = ties({"t.py": 'TFSMLayer("sm", call_endpoint="x")'}, Target("sm"))
    assert ("calls", "x", "open") in states(found)


def test_notebook_is_read_cell_by_cell() -> None:
    cells = [
        {"cell_type": "markdown", "source": ['load_model("no.h5")']},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!ls\n", 'm = load_model("a.h5")\n']},
        {"cell_type": "code", "source": ["print 'two'"]},
    ]
    found = notebook_outline(json.dumps({"cells": cells}).encode())
    assert found is not None
    assert [(r.kind, r.pattern, r.line) for r in found.references] == [("loads", "a.h5", 0)]
    assert notebook_outline(b"[]") is None
    assert notebook_outline(b"{") is None


def test_file_that_does_not_parse_says_nothing() -> None:
    assert outline(b"print 'import keras'") is None
    assert outline(b"print 'nothing'") == Outline()
