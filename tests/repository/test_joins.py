"""Joins of source and texts with migrated files: one case for each way that a path takes, and for each refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrate.repository.joins.join import Joins, join
from migrate.repository.joins.records import Target
from migrate.repository.models import new_path

LOADER = "from keras.models import load_model\n"


def joined(root: Path, files: dict[str, str], *targets: Target, also: tuple[str, ...] = ()) -> Joins:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return join(root, sorted(files), targets or (Target("models/net.h5", "models/net.keras"),))


def after(joins: Joins, path: str) -> str:
    """The text of a file after all joins; the empty text where it stays."""
    return next((texts[path] for texts in joins.texts.values() if path in texts), "")


def codes(joins: Joins) -> list[str]:
    return [placed.finding.code for placed in joins.left]


RENAMED = {
    "a literal": "m = load_model('models/net.h5')\n",
    "a keyword": "m = load_model(filepath='models/net.h5', compile=False)\n",
    "a name of the module": "P = 'models/net.h5'\ndef f():\n    return load_model(P)\n",
    "a name that gets one of two": "if x:\n    p = 'models/net.h5'\nelse:\n    p = y\nm = load_model(p)\n",
    "a joined path": "import os\nm = load_model(os.path.join(root, 'models', 'net.h5'))\n",
    "a pathlib path": "from pathlib import Path\nm = load_model(Path(root) / 'models' / 'net.h5')\n",
    "an f-string": "m = load_model(f'{root}/models/net.h5')\n",
    "a sum": "m = load_model(root + '/models/net.h5')\n",
    "a default": "def f(path='models/net.h5'):\n    return load_model(path)\n",
    "an attribute": (
        "class A:\n    def __init__(self):\n        self.path = 'models/net.h5'\n"
        "    def go(self):\n        return load_model(self.path)\n"
    ),
    "an option": (
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('-w', '--net-file', default='models/net.h5')\n"
        "args = parser.parse_args()\nm = load_model(args.net_file)\n"
    ),
    "an argument of an own function": (
        "def get(where, quiet):\n    return load_model(where)\nm = get('models/net.h5', True)\n"
    ),
    "an argument of an own class": (
        "class A:\n    def __init__(self, where):\n        self.m = load_model(where)\na = A(where='models/net.h5')\n"
    ),
    "a question before the load": (
        "import os\nP = 'models/net.h5'\nif os.path.exists(P):\n    print('loading', P)\n    m = load_model(P)\n"
    ),
    "a printed f-string": "P = 'models/net.h5'\nprint(f'from {P}')\nm = load_model(P)\n",
}


@pytest.mark.parametrize("way", RENAMED)
def test_a_path_is_followed_to_its_load(way: str, tmp_path: Path) -> None:
    joins = joined(tmp_path, {"main.py": LOADER + RENAMED[way]})
    assert after(joins, "main.py") == LOADER + RENAMED[way].replace("net.h5", "net.keras")
    assert codes(joins) == []


REFUSED = {
    "an entry of a dictionary": "M = {'net': 'models/net.h5'}\nm = load_model(M[name])\n",
    "a function of others": "import joblib\nm = load_model('models/net.h5')\njoblib.dump(x, 'models/net.h5')\n",
    "a file that is written": "P = 'models/net.h5'\nopen(P, 'wb').write(b'')\nm = load_model(P)\n",
    "a copy": "import shutil\nP = 'models/net.h5'\nshutil.copy(src, P)\nm = load_model(P)\n",
    "a value that is returned": "def f():\n    return 'models/net.h5'\nm = load_model(f())\n",
    "an f-string that goes on": "P = 'models/net.h5'\nos.system(f'cp x {P}')\nm = load_model(P)\n",
    "weights saved over the model": "m = load_model('models/net.h5')\nm.save_weights('models/net.h5')\n",
    "a reader of what is saved": (
        "import h5py\nP = 'models/net.h5'\nm = load_model(P)\nm.save(P)\nf = h5py.File(P, 'r')\n"
    ),
}


@pytest.mark.parametrize("way", REFUSED)
def test_a_use_that_is_not_understood_changes_nothing(way: str, tmp_path: Path) -> None:
    joins = joined(
        tmp_path, {"main.py": LOADER + REFUSED[way], "README.md": "`models/net.h5` is the model\n"}
    )
    assert joins.texts == {}
    assert "JOIN010" in codes(joins)


def test_loads_saves_and_checkpoints_are_renamed_together(tmp_path: Path) -> None:
    train = (
        "from keras.callbacks import ModelCheckpoint\nfrom keras.models import Sequential\nmodel = Sequential()\n"
        "keep = ModelCheckpoint('models/net.h5', save_best_only=True)\nmodel.save('models/net.h5')\n"
    )
    joins = joined(tmp_path, {"train.py": train, "serve.py": LOADER + "m = load_model('models/net.h5')\n"})
    assert after(joins, "train.py") == train.replace("net.h5", "net.keras")
    assert after(joins, "serve.py").endswith("load_model('models/net.keras')\n")


def test_one_file_that_is_not_understood_stops_all_files(tmp_path: Path) -> None:
    files = {
        "train.py": "upload('models/net.h5')\n",
        "serve.py": LOADER + "m = load_model('models/net.h5')\n",
    }
    joins = joined(tmp_path, files)
    assert joins.texts == {}
    assert [(placed.path, placed.finding.code) for placed in joins.left] == [("train.py", "JOIN010")]


def test_a_file_that_does_not_parse_stops_what_it_names(tmp_path: Path) -> None:
    files = {"old.py": "print 'models/net.h5'\n", "b.py": LOADER + "m = load_model('models/net.h5')\n"}
    joins = joined(tmp_path, files)
    assert joins.texts == {}
    assert [(placed.path, placed.finding.code) for placed in joins.left] == [("old.py", "JOIN010")]
    assert joined(tmp_path, {**files, "old.py": "print 'nothing'\n"}).texts != {}


def test_a_name_of_another_module_is_followed(tmp_path: Path) -> None:
    files = {
        "config.py": "PATH = 'models/net.h5'\n",
        "a.py": LOADER + "from config import PATH as where\nm = load_model(where)\n",
        "b.py": LOADER + "import config\nm = load_model(config.PATH)\n",
    }
    joins = joined(tmp_path, files)
    assert after(joins, "config.py") == "PATH = 'models/net.keras'\n"
    files["c.py"] = "import config\nupload(config.PATH)\n"
    assert joined(tmp_path, files).texts == {}


def test_a_pattern_is_renamed_when_all_that_it_means_was_migrated(tmp_path: Path) -> None:
    text = "from keras.callbacks import ModelCheckpoint\nkeep = ModelCheckpoint('w/net.{epoch:02d}.hdf5')\n"
    targets = [Target(f"w/net.{n:02d}.hdf5", f"w/net.{n:02d}.keras") for n in range(6)]
    assert after(joined(tmp_path, {"a.py": text}, *targets), "a.py") == text.replace(".hdf5", ".keras")
    stays = joined(tmp_path, {"a.py": text}, *targets[:5], Target("w/net.05.hdf5"))
    assert stays.texts == {}
    assert set(codes(stays)) == {"JOIN010"}


def test_a_notebook_is_one_program_in_cells(tmp_path: Path) -> None:
    cells = [
        ["P = 'models/net.h5'\n", "!ls models"],
        ["from keras.models import load_model\n", "m = load_model(P)"],
    ]
    book = {
        "cells": [
            {"cell_type": "code", "source": lines, "metadata": {}, "outputs": [], "execution_count": 1}
            for lines in cells
        ],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 2,
    }  # fmt: skip
    text = json.dumps(book, indent=1)
    files = {"a.ipynb": text, "b.py": LOADER + "m = load_model('models/net.h5')\n"}
    joins = joined(tmp_path, files)
    assert after(joins, "a.ipynb") == text.replace("net.h5", "net.keras")
    assert "net.keras" in after(joins, "b.py")
    files["a.ipynb"] = text.replace("m = load_model(P)", "upload(P)")
    assert joined(tmp_path, files).texts == {}


def test_weights_keep_their_file_and_say_so(tmp_path: Path) -> None:
    joins = joined(tmp_path, {"a.py": "model = build()\nmodel.load_weights('models/net.h5')\n"})
    assert joins.texts == {}
    assert codes(joins) == ["JOIN011"]


def test_weights_that_were_migrated_with_their_architecture_are_told(tmp_path: Path) -> None:
    target = Target("models/net.h5", "models/net.keras", whole=False)
    text = "from keras.models import model_from_json\nm = model_from_json(read())\nm.load_weights('models/net.h5')\n"
    joins = joined(tmp_path, {"a.py": text}, target)
    assert joins.texts == {}
    assert [(placed.line, placed.finding.code) for placed in joins.left] == [(3, "JOIN011")]
    assert codes(joined(tmp_path, {"a.py": text}, Target("models/net.h5", whole=False))) == []


WEIGHTS = Target("w/net.hdf5", "w/net.keras", whole=False, weights="w/net_keras3.hdf5")
BUILDS = (
    "def build(cfg, weights_path=None):\n    model = make(cfg)\n"
    "    model.load_weights(weights_path, by_name=True)\n    return model\n"
)


def test_weights_in_another_layout_are_loaded_from_the_new_file(tmp_path: Path) -> None:
    uses = (
        "from net import build\nfrom pkg_resources import resource_filename\n\n\n"
        "def make(weights_path=None):\n    if weights_path is None:\n"
        "        weights_path = resource_filename(__name__, 'w/net.hdf5')\n"
        "    return build(8, weights_path=weights_path)\n"
    )
    files = {"net.py": BUILDS, "main.py": uses, "README.md": "It loads `w/net.hdf5`.\n"}
    joins = joined(tmp_path, files, WEIGHTS)
    assert after(joins, "main.py") == uses.replace("net.hdf5", "net_keras3.hdf5")
    assert after(joins, "README.md") == "It loads `w/net_keras3.hdf5`.\n"
    assert set(joins.texts) == {"JOIN002", "JOIN004"}
    assert codes(joins) == []


def test_weights_under_a_name_that_a_run_completes_may_be_the_programs_own(tmp_path: Path) -> None:
    text = "model = build()\nmodel.load_weights('w/{}.hdf5'.format(name))\n"
    joins = joined(tmp_path, {"main.py": text}, WEIGHTS)
    assert joins.texts == {}
    assert set(codes(joins)) == {"JOIN011"}


def test_weights_that_keras_3_reads_as_they_are_ask_for_nothing(tmp_path: Path) -> None:
    target = Target("w/net.hdf5", "w/net.keras", whole=False, as_it_is=True)
    joins = joined(tmp_path, {"main.py": "model = build()\nmodel.load_weights('w/net.hdf5')\n"}, target)
    assert (joins.texts, codes(joins)) == ({}, [])
    assert joins.named == {"w/net.hdf5"}


@pytest.mark.parametrize(
    "target",
    [WEIGHTS, Target("w/net.hdf5", "w/net.keras", whole=False, as_it_is=True)],
    ids=["new", "as it is"],
)
def test_weights_of_a_model_that_a_file_describes_are_told(target: Target, tmp_path: Path) -> None:
    """Keras 3 reads few architectures of Keras 2, whatever becomes of the weights."""
    text = "from keras.models import model_from_json\nm = model_from_json(t)\nm.load_weights('w/net.hdf5')\n"
    joins = joined(tmp_path, {"main.py": text}, target)
    assert joins.texts == {}
    assert "JOIN011" in codes(joins)
    assert any("may not read its architecture" in placed.finding.hint for placed in joins.left)


@pytest.mark.parametrize(
    "use", ["upload('w/net.hdf5')", "import h5py\nh5py.File('w/net.hdf5')", "load_model('w/net.hdf5')"]
)
def test_weights_that_something_else_reads_keep_their_name(use: str, tmp_path: Path) -> None:
    text = f"{LOADER}model = build()\nmodel.load_weights('w/net.hdf5')\n{use}\n"
    joins = joined(tmp_path, {"main.py": text}, WEIGHTS)
    assert joins.texts == {}
    assert set(codes(joins)) <= {"JOIN010", "JOIN011"}
    assert codes(joins)


def test_weights_that_are_named_when_the_program_starts_are_renamed_in_texts(tmp_path: Path) -> None:
    told = {"net.py": BUILDS, "README.md": "python go.py w/net.hdf5\n"}
    assert after(joined(tmp_path, told, WEIGHTS), "README.md") == "python go.py w/net_keras3.hdf5\n"


def test_other_readers_keep_the_old_file(tmp_path: Path) -> None:
    text = "import h5py\nf = h5py.File('models/net.h5', 'r')\n"
    joins = joined(tmp_path, {"a.py": text, "b.py": LOADER + "m = load_model('models/net.h5')\n"})
    assert "a.py" not in joins.texts["JOIN001"]
    assert after(joins, "b.py").endswith("load_model('models/net.keras')\n")


def test_artifacts_that_something_still_names_are_told(tmp_path: Path) -> None:
    load = LOADER + "m = load_model('models/net.h5')\n"
    assert joined(tmp_path, {"a.py": load}).named == set()
    assert joined(tmp_path, {"a.py": load, "b.py": "import h5py\nh5py.File('models/net.h5')\n"}).named == {
        "models/net.h5"
    }
    assert joined(tmp_path, {"a.py": load, "c.yaml": "path: models/net.h5\n"}).named == {"models/net.h5"}
    assert joined(tmp_path, {"a.py": "upload('models/net.h5')\n"}).named == {"models/net.h5"}


def test_a_saved_model_keeps_its_folder_for_tensorflow(tmp_path: Path) -> None:
    target = Target("models/served", "models/served.keras")
    text = "import tensorflow as tf\nm = tf.saved_model.load('models/served')\n"
    assert joined(tmp_path, {"a.py": text}, target).texts == {}
    keras = LOADER + "m = load_model('models/served')\n"
    assert after(joined(tmp_path, {"a.py": keras}, target), "a.py") == keras.replace(
        "served'", "served.keras'"
    )


def test_a_word_that_is_also_a_folder_is_no_path(tmp_path: Path) -> None:
    joins = joined(tmp_path, {"a.py": "tags = ['served']\n"}, Target("models/served", "models/served.keras"))
    assert joins.texts == {}
    assert codes(joins) == []


CODED = Target("models/net.h5", "models/net.keras", code="models/net_custom_objects.py")


def test_code_beside_a_model_is_told_where_it_is_loaded(tmp_path: Path) -> None:
    joins = joined(tmp_path, {"a.py": LOADER + "m = load_model('models/net.h5')\n"}, CODED)
    assert joins.texts == {}
    assert codes(joins) == ["JOIN012"]
    saves = "from keras.models import Sequential\nmodel = Sequential()\nmodel.save('models/net.h5')\n"
    assert after(joined(tmp_path, {"a.py": saves}, CODED), "a.py") == saves.replace("net.h5", "net.keras")
    told = {
        "a.py": LOADER + "import sys\nm = load_model(sys.argv[1])\n",
        "run.sh": "python a.py models/net.h5\n",
    }
    assert joined(tmp_path, told, CODED).texts == {}


def test_a_load_that_imports_the_registered_class_is_renamed(tmp_path: Path) -> None:
    target = Target("models/net.h5", "models/net.keras", defined_in=frozenset({"net/layers.py"}))
    load = LOADER + "m = load_model('models/net.h5')\n"
    files = {
        "net/__init__.py": "",
        "net/layers.py": "class Scale: pass\n",
        "net/model.py": "from .layers import Scale\n",
    }
    for head in ("from net.layers import Scale\n", "from net import model\n", "import net.model\n"):
        text = head + load
        assert after(joined(tmp_path, {**files, "a.py": text}, target), "a.py") == text.replace(
            "net.h5", "net.keras"
        )
    without = joined(tmp_path, {**files, "a.py": load}, target)
    assert without.texts == {}
    assert codes(without) == ["JOIN012"]


def test_a_model_that_loads_uncompiled_only_is_renamed_where_it_is_loaded_so(tmp_path: Path) -> None:
    target = Target("models/net.h5", "models/net.keras", defined_in=frozenset({"a.py"}), compiled=False)
    text = LOADER + "class Scale: pass\nm = load_model('models/net.h5')\n"
    assert codes(joined(tmp_path, {"a.py": text}, target)) == ["JOIN012"]
    text = text.replace("net.h5'", "net.h5', compile=False")
    assert after(joined(tmp_path, {"a.py": text}, target), "a.py") == text.replace("net.h5", "net.keras")


def test_texts_and_commands_follow_the_source(tmp_path: Path) -> None:
    files = {
        "serve.py": LOADER + "m = load_model('models/net.h5')\n",
        "README.md": "See `models/net.h5` and https://x.org/models/net.h5, not models/other.h5.\n",
        "Dockerfile": "COPY models/net.h5 /app/\nCMD python serve.py models/net.h5\n",
    }
    joins = joined(tmp_path, files)
    assert after(joins, "README.md") == (
        "See `models/net.keras` and https://x.org/models/net.h5, not models/other.h5.\n"
    )
    assert after(joins, "Dockerfile") == files["Dockerfile"].replace("net.h5", "net.keras")


def test_texts_follow_a_program_that_is_told_the_path(tmp_path: Path) -> None:
    files = {
        "drive.py": LOADER + "import sys\nm = load_model(sys.argv[1])\n",
        "run.sh": "python drive.py models/net.h5\n",
    }
    assert after(joined(tmp_path, files), "run.sh") == "python drive.py models/net.keras\n"
    files["drive.py"] = "import sys\nprint(sys.argv[1])\n"
    assert joined(tmp_path, files).texts == {}


YAML = "import yaml\nfrom keras.models import load_model\nconfig = yaml.safe_load(open('config.yaml'))\n"
CONFIGURED = {
    "an item": ("m = load_model(config['net'])\n", "net: models/net.h5\n"),
    "a default": ("m = load_model(config.get('net', None))\n", "net: 'models/net.h5'  # best\n"),
    "an attribute": (
        "import os\nm = load_model(os.path.join(root, config.net))\n",
        "a: {net: models/net.h5}\n",
    ),
    "a name in between": (
        "path = config['net']\nprint(path)\nm = load_model(path)\n",
        "net = models/net.h5\n",
    ),
}


@pytest.mark.parametrize("case", sorted(CONFIGURED))
def test_configuration_follows_the_loads_of_its_key(tmp_path: Path, case: str) -> None:
    source, config = CONFIGURED[case]
    joins = joined(tmp_path, {"a.py": YAML + source, "config.yaml": config})
    assert after(joins, "config.yaml") == config.replace("net.h5", "net.keras")
    assert codes(joins) == []


def test_weights_of_a_configuration_are_those_that_were_written_anew(tmp_path: Path) -> None:
    target = Target("models/net.h5", whole=False, weights="models/net_keras3.h5")
    files = {
        "a.py": "import json\nconfig = json.load(open('c.json'))\nmodel.load_weights(config['net'])\n",
        "c.json": '{"epochs": 3, "net": "models/net.h5"}\n',
    }
    assert after(joined(tmp_path, files, target), "c.json") == files["c.json"].replace(
        "net.h5", "net_keras3.h5"
    )


UNCHANGED = {
    "a file that the program does not name": "m = load_model(config['net'])\n",
    "a key that nothing reads": YAML + "m = load_model(config['other'])\n",
    "a reading that is not understood": YAML + "m = load_model(config['net'])\nupload(config['net'])\n",
    "an option of the same name": YAML + "m = load_model(config['net'])\nparser.add_argument('net')\n",
    "a model that is saved there": YAML + "m = load_model(config['net'])\nm.save(config['net'])\n",
    "a program that names it, too": YAML + "m = load_model(config['net'])\nupload('models/net.h5')\n",
}


@pytest.mark.parametrize("case", sorted(UNCHANGED))
def test_configuration_that_may_serve_something_else_is_told(tmp_path: Path, case: str) -> None:
    joins = joined(tmp_path, {"a.py": LOADER + UNCHANGED[case], "config.yaml": "net: models/net.h5\n"})
    assert joins.texts == {}
    assert ("config.yaml", 1, "JOIN010") in [
        (placed.path, placed.line, placed.finding.code) for placed in joins.left
    ]
    assert "models/net.h5" in joins.named


def test_a_value_that_holds_more_than_the_name_is_told(tmp_path: Path) -> None:
    files = {"a.py": YAML + "m = load_model(config['net'])\n", "config.yaml": "net: models/net.h5 --fast\n"}
    assert joined(tmp_path, files).texts == {}


def test_a_model_that_needs_code_stays_in_the_configuration(tmp_path: Path) -> None:
    files = {"a.py": YAML + "m = load_model(config['net'])\n", "config.yaml": "net: models/net.h5\n"}
    target = Target("models/net.h5", "models/net.keras", code="custom_objects.py")
    assert joined(tmp_path, files, target).texts == {}


def test_package_data_that_leaves_the_new_file_out_is_told(tmp_path: Path) -> None:
    files = {
        "pkg/a.py": LOADER + "m = load_model('pkg/net.h5')\n",
        "setup.py": "setup(package_data={'pkg': ['*.h5']})\n",
    }
    target = Target("pkg/net.h5", "pkg/net.keras")
    assert codes(joined(tmp_path, files, target)) == ["JOIN013"]
    files["setup.py"] = "setup(package_data={'pkg': ['*.h5', '*.keras']})\n"
    assert codes(joined(tmp_path, files, target)) == []


@pytest.mark.parametrize(
    ("old", "there", "new"),
    [
        ("a/net.h5", (), "a/net.keras"),
        ("a/net.102-0.66.hdf5", (), "a/net.102-0.66.keras"),
        ("a/served", (), "a/served.keras"),
        ("a/v1.2", (), "a/v1.2.keras"),
        ("net.h5", ("net.keras",), "net_h5.keras"),
        ("net.keras", ("net.keras",), "net_keras.keras"),
        ("net.h5", ("net.keras", "net_h5.keras"), "net_2.keras"),
    ],
)
def test_the_new_file_stands_beside_the_old_one(old: str, there: tuple[str, ...], new: str) -> None:
    assert new_path(old, lambda path: path in there) == new
