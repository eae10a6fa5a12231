"""The rewrite in steps: one a rule, and together what the whole rewrite is."""

from __future__ import annotations

from pathlib import Path

import msgspec

from migrate.repository.records import SCHEMA_VERSION, State
from migrate.repository.source import legacy_tree, options_of, rewrite_tree
from migrate.repository.state import STATE, encode, new_findings, open_work, read_state
from tests.repository.support import write

TRAIN = """\
from keras.engine.topology import Layer
from keras.models import Sequential
from keras.layers import Convolution2D, Dense
from keras.optimizers import Adam
from keras.utils import np_utils

model = Sequential([Dense(3, input_dim=4)])
model.compile(optimizer=Adam(lr=1e-3, decay=1e-5), loss="mse")
labels = np_utils.to_categorical([0, 1])
model.fit_generator(batches(), samples_per_epoch=64, nb_epoch=2)
"""
FILES: dict[str, str | bytes] = {
    "train.py": TRAIN,
    "net/layers.py": "from keras.engine.topology import Layer\n\n\nclass A(Layer):\n    pass\n",
    "requirements.txt": "keras==2.2.4\ntensorflow==1.13.2\nnumpy\n",
}


def test_the_last_step_is_the_whole_rewrite(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    made = rewrite_tree(tmp_path, options_of(tmp_path, unsafe=True))
    assert len(made.steps) > 3
    assert len({step.rule.code for step in made.steps}) == len(made.steps)
    now: dict[str, bytes] = {}
    for step in made.steps:
        assert all(now.get(path) != text for path, text in step.files.items())
        now |= step.files
        for path, text in step.files.items():
            if path.endswith(".py"):
                compile(text, path, "exec")
    assert now == made.final
    assert set(made.final) == {"train.py", "net/layers.py", "requirements.txt"}


def test_a_second_rewrite_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    options = options_of(tmp_path, unsafe=True)
    write(tmp_path, {**rewrite_tree(tmp_path, options).final})
    again = rewrite_tree(tmp_path, options)
    assert again.final == {}
    assert again.steps == []


def test_the_baseline_changes_names_alone(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    text = legacy_tree(tmp_path)["net/layers.py"].decode()
    assert "tf_keras" in text
    assert "keras.engine" not in text
    write(
        tmp_path, {"today.py": "from tensorflow.keras.layers import Dense\nlayer = Dense(3, weights=[1])\n"}
    )
    assert "today.py" not in legacy_tree(tmp_path)


def test_a_state_is_the_same_bytes_for_the_same_content(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    options = options_of(tmp_path, unsafe=True)
    made = rewrite_tree(tmp_path, options)
    state = State(
        schema=SCHEMA_VERSION, tool="1", models=[], changes=[], left=open_work(made.left, (), (), ())
    )
    write(tmp_path, {STATE: encode(state)})
    assert read_state(tmp_path) == state
    assert encode(state) == (tmp_path / STATE).read_bytes()


def test_a_finding_that_came_in_since_is_new_and_a_known_one_is_not(tmp_path: Path) -> None:
    known = (
        "from tensorflow import keras\nmodel = keras.models.Sequential()\n"
        "model.fit_generator(g, samples_per_epoch=6)\n"
    )
    write(tmp_path, {"a.py": known})
    options = options_of(tmp_path, unsafe=True)
    write(tmp_path, {**rewrite_tree(tmp_path, options).final})
    left = open_work(rewrite_tree(tmp_path, options).left, (), (), ())
    assert left
    state = State(schema=SCHEMA_VERSION, tool="1", models=[], changes=[], left=left)
    assert new_findings(state, rewrite_tree(tmp_path, options)) == ([], len(left))
    moved = (tmp_path / "a.py").read_text().replace("model = ", "\n\n# shifted\nmodel = ")
    write(tmp_path, {"a.py": moved})
    assert new_findings(state, rewrite_tree(tmp_path, options)) == ([], len(left))
    write(tmp_path, {"b.py": "from keras.engine.topology import Layer\nclass B(Layer): pass\n"})
    found, known_now = new_findings(state, rewrite_tree(tmp_path, options))
    assert ([one.path for one in found], known_now) == (["b.py"], len(left))
    harmless = [msgspec.structs.replace(one, code="INFO001", severity="info") for one in left]
    forged = State(schema=SCHEMA_VERSION, tool="1", models=[], changes=[], left=harmless)
    found, known_now = new_findings(forged, rewrite_tree(tmp_path, options))
    assert [one.path for one in found] == ["a.py"] * len(left) + ["b.py"], "an entry that says something else"
    assert known_now == 0


def test_a_file_that_does_not_parse_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"old.py": "import keras\nprint 'Keras', keras.__version__\n"})
    made = rewrite_tree(tmp_path, options_of(tmp_path, unsafe=True))
    assert made.final == {}
    left = open_work(made.left, (), (), (), (), made.errors)
    assert [(one.path, one.code) for one in left] == [("old.py", "REPO007")]
    assert [one.id for one in new_findings(None, made)[0]] == [left[0].id]
