"""A small repository of Keras 2.2.4 with authentic models, moved to Keras 3 from end to end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import msgspec
import pytest

from codemods.files.git import uncommitted
from migrate.findings import MigrationError
from migrate.pipeline.request import Options
from migrate.proving.records import ProofReport
from migrate.repository.records import Verdict
from migrate.repository.request import BRANCH, Outcome, Wish
from migrate.repository.run import migrate_repository, prepared
from migrate.repository.state import STATE, encode
from tests.repository.support import checkout, git

pytestmark = pytest.mark.xdist_group("repository")  # its models are made once
ROOT = Path(__file__).parents[2]
MLP = ROOT / "legacy_models" / "keras-2.2.4" / "mlp"
GATES = ROOT / "legacy_models" / "keras-2.2.4" / "cudnn_weights_in_plain"
PLAIN = ROOT / "legacy_models" / "tf.keras-2.8" / "mlp-json"
OWN = ROOT / "legacy_models" / "tf.keras-2.8" / "own_composite"
SERVE = """\
import os

import numpy as np
from keras.models import load_model

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "models", "mlp.h5")


def predict(rows):
    return load_model(MODEL).predict(rows)


def optimizer():
    from keras.optimizers import Adam

    return Adam(lr=0.5)
"""
SERVE_WEIGHTS = """\
import os

from keras.layers import GRU, LSTM, Bidirectional, Dense, Input
from keras.models import Model

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")


def build_gates():
    line = Input((5, 3), name="line")
    cell = LSTM(2, recurrent_activation="sigmoid", return_sequences=True)
    both = Bidirectional(cell, name="both")(line)
    gru = GRU(3, recurrent_activation="sigmoid", return_sequences=True, reset_after=True, name="gru")(both)
    last = LSTM(2, recurrent_activation="sigmoid", name="last")(gru)
    return Model(line, Dense(2, name="top")(last))


def gates():
    model = build_gates()
    model.load_weights(os.path.join(HERE, "gates.h5"), by_name=True)
    return model
"""
SERVE_JSON = """\
import os

from keras.models import model_from_json

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")


def plain():
    with open(os.path.join(HERE, "plain.json")) as file:
        model = model_from_json(file.read())
    model.load_weights(os.path.join(HERE, "plain.h5"))
    return model
"""
SERVE_OWN = """\
import os

from tensorflow.keras.models import load_model

from blocks import Block, leak

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models", "own.h5")


def predict(rows):
    model = load_model(MODEL, custom_objects={"Block": Block, "leak": leak}, compile=False)
    return model.predict(rows)
"""
TESTS = """\
import os

import numpy as np
import pytest

import serve
import serve_own
import serve_json
import serve_weights

RECORDED = np.load(os.path.join(serve.HERE, "models", "mlp.golden.npz"))


def test_predicts_as_recorded():
    given = serve.predict(RECORDED["inputs/0"])
    assert np.allclose(given, RECORDED["outputs/0"], atol=1e-5)


def test_own_predicts_as_recorded():
    recorded = np.load(os.path.join(serve.HERE, "models", "own.golden.npz"))
    assert np.allclose(serve_own.predict(recorded["inputs/0"]), recorded["outputs/0"], atol=1e-5)


@pytest.mark.parametrize("name, module", [("gates", serve_weights), ("plain", serve_json)])
def test_weights_predict_as_recorded(name, module):
    recorded = np.load(os.path.join(serve.HERE, "models", name + ".golden.npz"))
    given = getattr(module, name)().predict(recorded["inputs/0"])
    assert np.allclose(given, recorded["outputs/0"], atol=1e-5)


def test_optimizer_takes_its_rate():
    assert abs(float(np.asarray(serve.optimizer().learning_rate)) - 0.5) < 1e-6


def test_names_of_keras_2_2():
    from keras.engine.topology import Layer

    assert Layer is not None


def test_needs_tf_keras():
    import keras

    assert keras.__name__ == "tf_keras"


def test_is_wrong_anyway():
    assert serve.predict is None


@pytest.mark.skip(reason="needs a GPU")
def test_on_a_gpu():
    pass


def test_reaches_nothing():
    import socket

    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    with pytest.raises(OSError):
        open(os.path.expanduser("~root/.keras-migrate-was-here"), "w")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files: dict[str, str | bytes] = {
        "serve.py": SERVE,
        "test_serve.py": TESTS,
        "README.md": "`serve.py` predicts with `models/mlp.h5`.\n",
        "requirements.txt": "keras==2.2.4\ntensorflow==1.13.2\nnumpy\n",
        "models/mlp.h5": (MLP / "model.h5").read_bytes(),
        "models/mlp.golden.npz": (MLP / "model.golden.npz").read_bytes(),
        "blocks.py": (OWN / "custom_objects.py").read_bytes(),
        "serve_own.py": SERVE_OWN,
        "models/own.h5": (OWN / "model.h5").read_bytes(),
        "models/own.golden.npz": (OWN / "model.golden.npz").read_bytes(),
        "serve_weights.py": SERVE_WEIGHTS,
        "serve_json.py": SERVE_JSON,
    }
    for name, folder in (("gates", GATES), ("plain", PLAIN)):
        files[f"models/{name}.h5"] = (folder / "model.weights.h5").read_bytes()
        files[f"models/{name}.json"] = (folder / "model.json").read_bytes()
        files[f"models/{name}.golden.npz"] = (folder / "model.golden.npz").read_bytes()
    return checkout(tmp_path_factory.mktemp("repository") / "project", files)


@pytest.fixture(scope="module")
def moved(project: Path) -> Outcome:
    out = project.parent / "out"
    options = Options(source=(project.resolve(),))
    return migrate_repository(Wish(project, out, options, test="pytest -q", commit=True, jobs=1, prove=True))


@pytest.mark.slow
def test_the_model_is_migrated_and_joined(moved: Outcome, project: Path) -> None:
    assert [(m.path, m.status, m.new, m.own_code) for m in moved.state.models] == [
        ("models/gates.h5", "migrated", "models/gates.keras", ""),
        ("models/mlp.h5", "migrated", "models/mlp.keras", ""),
        ("models/own.h5", "migrated", "models/own.keras", ""),
        ("models/plain.h5", "migrated", "models/plain.keras", ""),
    ]
    assert '"mlp.keras"' in git(project, "show", f"{BRANCH}:serve.py")
    assert "models/mlp.keras" in git(project, "show", f"{BRANCH}:README.md")
    assert "keras>=3" in git(project, "show", f"{BRANCH}:requirements.txt")
    assert git(project, "cat-file", "-t", f"{BRANCH}:models/mlp.h5") == "blob"  # old artifacts stay


@pytest.mark.slow
def test_own_classes_are_registered_where_they_are_defined(moved: Outcome, project: Path) -> None:
    source = git(project, "show", f"{BRANCH}:blocks.py")
    assert '@keras.saving.register_keras_serializable(package="blocks")\nclass Block(' in source
    assert '@keras.saving.register_keras_serializable(package="blocks")\ndef leak(' in source
    assert '"own.keras"' in git(project, "show", f"{BRANCH}:serve_own.py")
    assert "JOIN003" in {change.code for change in moved.state.changes}
    assert "JOIN012" not in {left.code for left in moved.state.left}


@pytest.mark.slow
def test_each_test_has_its_verdict(moved: Outcome) -> None:
    verdicts = {verdict.name.rpartition("::")[2]: verdict.verdict for verdict in moved.state.tests}
    assert verdicts == {
        "test_predicts_as_recorded": Verdict.PASSES,
        "test_own_predicts_as_recorded": Verdict.PASSES,
        "test_weights_predict_as_recorded[gates-serve_weights]": Verdict.PASSES,
        "test_weights_predict_as_recorded[plain-serve_json]": Verdict.PASSES,
        "test_optimizer_takes_its_rate": Verdict.PASSES,  # lr= is renamed for tf-keras, too
        "test_names_of_keras_2_2": Verdict.PASSES,
        "test_needs_tf_keras": Verdict.BROKEN,
        "test_is_wrong_anyway": Verdict.FAILS,
        "test_on_a_gpu": Verdict.NOT_RUN,
        "test_reaches_nothing": Verdict.PASSES,
    }
    broken = [left for left in moved.state.left if left.code == "REPO004"]
    assert "test_serve.py" in {left.path for left in broken}
    assert any("test_needs_tf_keras" in left.message for left in broken)


@pytest.mark.slow
def test_weights_that_keras_3_misreads_are_written_anew_and_others_stay(
    moved: Outcome, project: Path
) -> None:
    states = {model.path: model for model in moved.state.models}
    assert states["models/gates.h5"].weights == "models/gates_keras3.h5"
    assert states["models/plain.h5"].weights == ""
    assert states["models/plain.h5"].weights_as_they_are
    assert '"gates_keras3.h5"), by_name=True' in git(project, "show", f"{BRANCH}:serve_weights.py")
    assert git(project, "cat-file", "-t", f"{BRANCH}:models/gates_keras3.h5") == "blob"
    assert "plain.keras" in git(project, "show", f"{BRANCH}:serve_json.py")
    assert "JOIN011" not in {left.code for left in moved.state.left}


@pytest.mark.slow
def test_the_branch_is_one_commit_a_rule_and_the_checkout_stays(moved: Outcome, project: Path) -> None:
    subjects = git(project, "log", "--reverse", "--format=%s", f"main..{BRANCH}").split("\n")
    codes = [change.code for change in moved.state.changes]
    assert len(subjects) == len(codes) + 2
    assert all(any(f"({code})" in subject for subject in subjects) for code in codes)
    assert {"JOIN001", "JOIN002"} <= set(codes)
    for line in git(project, "log", "--format=%B", f"main..{BRANCH}").split("\n"):
        assert not line.startswith("Proof:") or len(line) > 20
    assert git(project, "branch", "--show-current") == "main"
    assert git(project, "status", "--porcelain") == ""
    assert uncommitted(project, every_file=True) is None


@pytest.mark.slow
def test_own_code_is_proven_in_both_worlds(moved: Outcome, project: Path) -> None:
    proofs = moved.state.proofs
    assert proofs is not None
    assert (proofs.differs, proofs.broken) == (0, 0)
    out = project.parent / "out"
    report = msgspec.json.decode((out / "proofs.json").read_bytes(), type=ProofReport)
    assert {"Block", "leak"} <= {proof.name for proof in report.proofs}
    assert f"build models: {proofs.equal} equal, 0 differ" in (out / "pull-request.md").read_text()
    assert json.loads((out / "work-orders.json").read_bytes())["orders"] == []
    names = git(project, "ls-tree", "-r", "--name-only", BRANCH)
    assert "orders" not in names  # they are of one user and one machine


@pytest.mark.slow
def test_the_state_is_as_its_schema_says(moved: Outcome) -> None:
    schema = json.loads((ROOT / "migrate/repository/schema/state.json").read_bytes())
    jsonschema.validate(json.loads(encode(moved.state)), schema)


@pytest.mark.slow
def test_every_commit_compiles(moved: Outcome, project: Path) -> None:
    del moved
    for commit in git(project, "rev-list", f"main..{BRANCH}").split():
        compile(git(project, "show", f"{commit}:serve.py"), "serve.py", "exec")


@pytest.mark.full
@pytest.mark.slow
def test_a_second_run_on_the_branch_changes_nothing(moved: Outcome, project: Path, tmp_path: Path) -> None:
    del moved
    again = tmp_path / "again"
    git(project.parent, "clone", "-q", "-b", BRANCH, str(project), str(again))
    state = (again / STATE).read_bytes()
    outcome = migrate_repository(Wish(again, tmp_path / "out", commit=True, branch="twice", jobs=1))
    assert outcome.commits == []
    assert outcome.head == ""
    names = ("gates", "mlp", "own", "plain")
    assert [m.new for m in outcome.state.models] == [f"models/{name}.keras" for name in names]
    assert (tmp_path / "out" / "after" / STATE).read_bytes() == state


def test_an_interrupt_leaves_no_branch(project: Path, tmp_path: Path) -> None:
    def interrupt(text: str) -> None:
        if "joining" in text or "migrating" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate_repository(Wish(project, tmp_path / "out", commit=True, branch="stopped", jobs=1), interrupt)
    assert "stopped" not in git(project, "branch", "--list")
    assert git(project, "status", "--porcelain") == ""


def test_a_refused_run_leaves_nothing_for_the_next_to_stumble_over(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    (root / "a.py").write_text("x = 1\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "-c", "user.name=n", "-c", "user.email=n@example.org", "commit", "-q", "-m", "first")
    (root / "a.py").write_text("x = 2\n")
    with pytest.raises(MigrationError) as raised:
        migrate_repository(Wish(root, tmp_path / "out"))
    assert raised.value.code == "REPO001"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["inside", "other", "earlier", "foreign"])
def test_folders_that_are_not_for_outputs_are_refused(place: str, tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    out = {"inside": root / "out"}.get(place, tmp_path / "out")
    if place == "other":
        out.mkdir()
        (out / "thesis.tex").write_text("x")
    if place in {"earlier", "foreign"}:
        prepared(Wish(root, out))
    wish = Wish(tmp_path if place == "foreign" else root, out, resume=place == "foreign")
    if place == "foreign":
        (tmp_path / "s").mkdir()
        wish = Wish(tmp_path / "s", out, resume=True)
    with pytest.raises(MigrationError) as raised:
        prepared(wish)
    assert raised.value.code == "REPO002"
    if place == "earlier":
        assert prepared(Wish(root, out, resume=True)) == out
    assert not (tmp_path / "out" / "thesis.tex").exists() or place == "other"


def test_a_commit_needs_a_checkout_and_a_free_name(project: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    shutil.copytree(project, plain, ignore=shutil.ignore_patterns(".git"))
    for wish in (
        Wish(plain, tmp_path / "a", commit=True),
        Wish(project, tmp_path / "b", commit=True, branch="main"),
    ):
        with pytest.raises(MigrationError) as raised:
            migrate_repository(wish)
        assert raised.value.code == "REPO003"
        assert not wish.out.exists()
