"""Sources of the commit that brought a file of weights, where those of today are others."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from codemods.files.git import program
from migrate.own_code.history import when_committed
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.worlds.host.pool import Slot
from tests.repository.support import checkout, git, write

pytestmark = pytest.mark.skipif(program() is None, reason="no git")

NET = """\
    from keras.layers import Activation, Dense, Input
    from keras.models import Model

    def build():
        line = Input((4,))
        x = Activation("tanh")(Dense(4, use_bias=False)(Dense({hidden}, activation="relu")(line)))
        return Model(line, Dense(3, activation="softmax")(x))
    """


def _net(hidden: int) -> str:
    return dedent(NET).format(hidden=hidden)


def _moved_on(folder: Path, weights: bytes) -> Path:
    """A checkout whose code has other sizes than when the weights were committed."""
    files: dict[str, str | bytes] = {
        "net/models.py": _net(5),
        "net/out/w.h5": weights,
        "net/sizes.json": "{}",
        "README.md": "",
    }
    top = checkout(folder, files)
    write(top, {"net/models.py": _net(7), "later.py": ""})
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "second")
    return top


def test_the_sources_are_those_of_the_commit_that_brought_the_weights(tmp_path: Path) -> None:
    top = _moved_on(tmp_path / "repo", b"weights")
    first = git(top, "rev-parse", "HEAD^")
    past = when_committed(top / "net" / "out" / "w.h5", [top], tmp_path / "past")
    assert past is not None
    assert first.startswith(past.commit)
    names = {file.relative_to(past.folder).as_posix() for file in past.folder.rglob("*") if file.is_file()}
    assert names == {"net/models.py", "net/sizes.json"}
    assert (past.roots[0] / "net" / "models.py").read_text() == _net(5)
    assert past.artifact == past.folder / "net" / "out" / "w.h5"
    assert past.told(f"{past.folder}/net/models.py:build()") == f"{past.commit}:net/models.py:build()"
    assert git(top, "status", "--porcelain") == ""


def test_only_sources_that_the_user_gave_are_looked_at(tmp_path: Path) -> None:
    top = _moved_on(tmp_path / "repo", b"weights")
    weights = top / "net" / "out" / "w.h5"
    (tmp_path / "elsewhere").mkdir()
    assert when_committed(weights, [tmp_path / "elsewhere"], tmp_path / "past") is None
    past = when_committed(weights, [top / "net"], tmp_path / "past")
    assert past is not None
    assert past.roots == (past.folder / "net",)


def test_there_is_nothing_to_look_at_where_the_code_has_not_changed(tmp_path: Path) -> None:
    top = checkout(tmp_path / "repo", {"models.py": _net(5), "w.h5": b"weights"})
    write(top, {"README.md": "more"})
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "second")
    assert when_committed(top / "w.h5", [top], tmp_path / "past") is None
    (top / "new.h5").write_bytes(b"not committed")
    assert when_committed(top / "new.h5", [top], tmp_path / "past") is None
    (tmp_path / "plain").mkdir()
    assert when_committed(tmp_path / "plain" / "w.h5", [tmp_path / "plain"], tmp_path / "past") is None


def test_nothing_that_the_repository_configures_runs(tmp_path: Path) -> None:
    top = _moved_on(tmp_path / "repo", b"weights")
    mark = tmp_path / "ran"
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "gpg.program", "core.pager", "diff.external", "filter.x.smudge"):
        git(top, "config", key, str(script))
    git(top, "config", "log.showSignature", "true")
    (top / ".gitattributes").write_text("* filter=x diff=x\n")
    assert when_committed(top / "net" / "out" / "w.h5", [top], tmp_path / "past") is not None
    assert not mark.exists()


@pytest.mark.slow
def test_weights_migrate_by_the_code_that_they_came_with(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    folder = legacy_models / "tf.keras-2.8" / "mlp-json"
    top = _moved_on(tmp_path / "repo", (folder / "model.weights.h5").read_bytes())
    weights = top / "net" / "out" / "w.h5"
    request = ArtifactRequest(weights, "w", tmp_path / "out", "model", folder / "model.golden.npz")
    result = migrate_artifact(request, Options(source=(top,)), slot)
    told = [f"{f.code}: {f.message}" for f in result.findings]
    assert result.status == "migrated", told
    (built,) = [f.message for f in result.findings if f.code == "CFG057"]
    first = git(top, "rev-parse", "HEAD^")[:10]
    assert f"{first}:net/models.py:build()" in built
    assert f"the code of commit {first}" in built
