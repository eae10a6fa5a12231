"""Files of every kind: HDF5, archives, pickles, YAML, and folders of them."""

from __future__ import annotations

import base64
import gzip
import io
import json
import pickle
import stat
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from migrate.findings import Severity
from migrate.scan import scan_artifact, scan_tree
from migrate.scan.files import is_unsafe, scan_one
from tests.scan import exploits
from tests.scan.exploits import layer, sequential


def codes(path: Path) -> set[str]:
    return {finding.code for finding in scan_artifact(path)}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_bytes(b"top secret bytes of this machine")
    return file


def test_an_honest_model_is_clean(tmp_path: Path) -> None:
    path = exploits.h5_model(tmp_path / "m.h5", sequential(layer("Dense", {"name": "d", "units": 1})))
    with h5py.File(path, "a") as file:
        file["model_weights"].create_dataset("d/kernel:0", data=np.zeros((4, 1)), compression="gzip")
        file["alias"] = h5py.SoftLink("/model_weights/d")
        file["dangling"] = h5py.SoftLink("/nowhere")
        file.attrs["empty"] = h5py.Empty("f4")
    assert scan_one(path).kind == "hdf5"
    assert scan_artifact(path) == []
    assert scan_artifact(exploits.archive(tmp_path / "m.keras", sequential())) == []


def test_hdf5_that_reaches_outside(tmp_path: Path, secret: Path) -> None:
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["secret"] = np.arange(4, dtype="f4")
    assert codes(exploits.external_storage(tmp_path / "a.h5", secret)) == {"SEC003"}
    assert codes(exploits.external_link(tmp_path / "b.h5", other)) == {"SEC003"}
    assert codes(exploits.virtual_dataset(tmp_path / "c.h5", other)) == {"SEC003"}
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["model_weights/dense"][1] == 1.0  # the link fires where nobody looks first


def test_hdf5_bombs(tmp_path: Path) -> None:
    path = exploits.shape_bomb(tmp_path / "bomb.h5")
    assert path.stat().st_size < 10_000
    assert codes(path) == {"SEC004"}
    with h5py.File(path) as file, pytest.raises(MemoryError):
        file["layers/kernel"][()]


def test_hdf5_filter_from_a_plugin(tmp_path: Path) -> None:
    path = tmp_path / "filter.h5"
    with h5py.File(path, "w") as file:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((4,))
        plist.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, ())
        space = h5py.h5s.create_simple((4,))
        h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_FLOAT, space, plist)
    assert codes(path) == {"SEC013"}
    assert not is_unsafe(scan_artifact(path))


def test_hdf5_hides_a_pickle_in_an_attribute(tmp_path: Path) -> None:
    path = exploits.h5_model(tmp_path / "m.h5", sequential())
    with h5py.File(path, "a") as file:
        file.attrs["vocab"] = np.void(exploits.evil_pickle(tmp_path / "marker"))
    assert codes(path) == {"SEC008"}


def test_hdf5_behind_other_content_or_with_an_archive_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "block.h5"
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_group("layers")
    assert codes(path) == {"SEC006"}
    both = exploits.h5_model(tmp_path / "both.h5", sequential())
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("config.json", "{}")
    both.write_bytes(both.read_bytes() + archive.getvalue())
    assert codes(both) == {"SEC006"}


def test_hard_links_in_circles_end(tmp_path: Path) -> None:
    path = tmp_path / "circle.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("a/b/c")
        group["a"] = file["a"]
    assert scan_artifact(path) == []


def test_damaged_files_are_not_called_clean(tmp_path: Path) -> None:
    whole = exploits.h5_model(tmp_path / "m.h5", sequential()).read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    assert codes(tmp_path / "cut.h5") == {"SEC014"}
    archive = exploits.archive(tmp_path / "m.keras", sequential()).read_bytes()
    damaged = bytearray(archive)
    damaged[40] ^= 0xFF
    (tmp_path / "bad.keras").write_bytes(damaged)
    assert codes(tmp_path / "bad.keras") & {"SEC014", "SEC006"}


def test_archives_that_mislead(tmp_path: Path) -> None:
    twice = exploits.archive(tmp_path / "twice.keras", sequential())
    with zipfile.ZipFile(twice, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr("config.json", "{}")
    assert codes(twice) == {"SEC006"}
    for name in ("../../evil", "/etc/evil", "assets/../../x", "C:\\evil", "..\\evil"):
        assert codes(exploits.archive(tmp_path / "t.keras", sequential(), **{name: b"x"})) == {"SEC006"}, name
    link = tmp_path / "link.keras"
    exploits.archive(link, sequential())
    with zipfile.ZipFile(link, "a") as opened:
        info = zipfile.ZipInfo("assets/link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(info, "/etc/passwd")
    assert codes(link) == {"SEC006"}


def test_two_headers_that_differ(tmp_path: Path) -> None:
    path = exploits.archive(tmp_path / "m.keras", sequential())
    data = path.read_bytes()
    at = data.index(b"config.json")
    path.write_bytes(data[:at] + b"CONFIG.json" + data[at + 11 :])
    assert codes(path) == {"SEC006"}


def test_archive_bombs(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.keras"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("config.json", json.dumps(sequential()))
        with opened.open("model.weights.h5", "w", force_zip64=True) as stream:
            for _ in range(400):
                stream.write(bytes(1 << 20))
    assert bomb.stat().st_size < 1 << 20
    assert codes(bomb) == {"SEC004"}


def test_archives_hide_things_in_members(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    weights = exploits.external_link(tmp_path / "w.h5", tmp_path / "other.h5").read_bytes()
    assert codes(exploits.archive(tmp_path / "a.keras", sequential(), weights=weights)) == {"SEC003"}
    evil = exploits.evil_pickle(marker)
    assert codes(exploits.archive(tmp_path / "b.keras", sequential(), **{"assets/v": evil})) == {"SEC008"}
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as opened:
        opened.writestr("data.bin", evil)
    members = {"assets/inner": inner.getvalue()}
    assert codes(exploits.archive(tmp_path / "c.keras", sequential(), **members)) == {"SEC008"}
    array = io.BytesIO()
    np.save(array, np.array([exploits._Runs(marker)], dtype=object), allow_pickle=True)
    members = {"assets/v.npy": array.getvalue()}
    assert codes(exploits.archive(tmp_path / "d.keras", sequential(), **members)) == {"SEC008"}
    assert "SEC010" in codes(exploits.torch_wrapper(tmp_path / "e.keras", marker))
    assert not marker.exists()


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_fire_when_loaded_and_not_when_scanned(tmp_path: Path, protocol: int) -> None:
    marker = tmp_path / "marker"
    path = tmp_path / "tokenizer.pkl"
    path.write_bytes(exploits.evil_pickle(marker, protocol))
    assert codes(path) == {"SEC008"}
    assert is_unsafe(scan_artifact(path))
    assert not marker.exists()
    pickle.loads(path.read_bytes())
    assert marker.exists()


def test_pickles_in_disguise(tmp_path: Path) -> None:
    evil = exploits.evil_pickle(tmp_path / "marker")
    (tmp_path / "a.joblib").write_bytes(gzip.compress(evil))
    (tmp_path / "weights.bin").write_bytes(evil)
    (tmp_path / "b.pkl").write_bytes(pickle.dumps([1]) + evil)
    # the names on top of the stack are decoys that are popped again
    decoys = b"\x80\x04\x8c\x02os\x8c\x06system\x8c\x05numpy\x8c\x07ndarray00\x93\x8c\x02id\x85R."
    (tmp_path / "c.pkl").write_bytes(decoys)
    (tmp_path / "d.pkl").write_bytes(b"\x80\x04\x8c\x02os\x94\x8c\x05numpy0h\x00\x8c\x06system\x93.")
    (tmp_path / "e.pkl").write_bytes(b"\x80\x02\x82\x01.")
    for path in sorted(tmp_path.iterdir()):
        assert is_unsafe(scan_artifact(path)), path.name


def test_plain_data_in_pickles_is_clean(tmp_path: Path) -> None:
    data = {"a": np.arange(3), "b": OrderedDict(x=1), "c": {1, 2}, "d": np.float32(1), "e": "é" * 300}
    for protocol in range(6):
        path = tmp_path / f"{protocol}.pkl"
        path.write_bytes(pickle.dumps(data, protocol))
        assert scan_artifact(path) == [], protocol
    np.savez(tmp_path / "x.npz", a=np.zeros(3))
    assert scan_artifact(tmp_path / "x.npz") == []
    np.save(tmp_path / "o.npy", np.array(["x", 1], dtype=object), allow_pickle=True)
    assert [finding.severity for finding in scan_artifact(tmp_path / "o.npy")] == [Severity.WARNING]


def test_a_pickle_as_data_of_a_pickle_is_a_warning(tmp_path: Path) -> None:
    evil = exploits.evil_pickle(tmp_path / "marker")
    path = tmp_path / "a.pkl"
    for inner in (evil, base64.b64encode(evil).decode(), evil.hex(), exploits.evil_pickle(tmp_path / "m", 0)):
        for protocol in (2, 4):
            path.write_bytes(pickle.dumps({"weights": [1], "state": inner}, protocol))
            assert scan_one(path).verdict == "warning"
    path.write_bytes(pickle.dumps({"state": pickle.dumps([1, 2]), "words": ["gAAA", "80", "gA==", "cos"]}))
    assert scan_artifact(path) == []


def test_a_lambda_by_a_name_that_is_none(tmp_path: Path) -> None:
    for name, verdict in (("scale", "warning"), ("Mine>scale", "warning"), ("lambda x: eval('1')", "unsafe")):
        config = {"name": "l", "function": name, "function_type": "function"}
        path = exploits.h5_model(tmp_path / "m.h5", sequential(layer("Lambda", config)))
        assert scan_one(path).verdict == verdict


def test_yaml_that_constructs_objects(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    path = tmp_path / "model.yaml"
    path.write_text(f"class_name: Sequential\nconfig: !!python/object/apply:os.mkdir [{marker}]\n")
    assert codes(path) == {"SEC005"}
    assert not marker.exists()
    yaml.unsafe_load(path.read_text())
    assert marker.exists()
    path.write_text(
        "class_name: Sequential\nconfig:\n  layers:\n  - {class_name: Dense, config: {shape: !!python/tuple [1]}}\n"
    )
    assert codes(path) == set()
    path.write_text(
        yaml.safe_dump(json.loads(json.dumps(sequential(layer("TFSMLayer", {"filepath": "/x"})))))
    )
    assert codes(path) >= {"SEC011"}


def test_architectures_as_text(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(json.dumps(sequential(layer("TFSMLayer", {"filepath": "/x"})))))
    assert codes(path) >= {"SEC011"}
    path.write_text(json.dumps({"package": "x", "version": 1}))
    assert scan_one(path).kind == "other"


def test_a_folder_is_walked_and_a_broken_entry_does_not_end_it(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    exploits.lambda_h5(tmp_path / "deep" / "er" / "noname", tmp_path / "marker")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.pkl").write_bytes(exploits.evil_pickle(tmp_path / "marker"))
    found = {scan.path.relative_to(tmp_path).as_posix(): scan.verdict for scan in scan_tree(tmp_path)}
    assert found == {"deep/er/noname": "unsafe", "secret": "clean"}


def test_scanning_imports_no_framework() -> None:
    code = (
        "import sys, pathlib, migrate.scan as s; list(s.scan_tree(pathlib.Path('legacy_models/keras-2.2.4')));"
        "sys.exit(any(m in sys.modules for m in ('tensorflow', 'keras', 'tf_keras', 'torch')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "words",
    [
        "cyan\nlilac\nochre\n",
        "cat\ndog\nRabbit\n",
        "import\nos\nbus\n",
        "class\nname\ntRain\n",
        "(cos\nsin\n",
    ],
)
def test_words_that_spell_operations_of_a_pickle_are_text(tmp_path: Path, words: str) -> None:
    path = tmp_path / "vocabulary.txt"
    path.write_text(words)
    assert scan_artifact(path) == []
    for protocol in (0, 1):
        path.write_bytes(exploits.evil_pickle(tmp_path / "marker", protocol))
        assert is_unsafe(scan_artifact(path))
