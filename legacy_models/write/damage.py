"""Write the cases of ``broken/``: authentic files that were renamed, repacked, cut or robbed of a part.

    python damage.py --out ..

Reads the cases of other eras, so write these first.  Needs Python 3.11, h5py 3 and, for the one file of
Keras 3, keras; no TensorFlow.
"""

import argparse
import io
import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import h5py

ERA = "broken"
LFS_POINTER = """version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 12345
"""


class Damage(NamedTuple):
    """What to take, what to make of it, and what a migration should say."""

    source: str
    artifact: str
    about: str
    traits: str
    make: Callable[[Path, Path], None]
    status: str = "migrated"
    reason: str | None = None


def copy(source: Path, target: Path) -> None:
    """The same bytes under another name."""
    shutil.copyfile(source, target)


def cut(share: float) -> Callable[[Path, Path], None]:
    """The first bytes only."""

    def make(source: Path, target: Path) -> None:
        content = source.read_bytes()
        target.write_bytes(content[: int(len(content) * share)])

    return make


def text(content: str) -> Callable[[Path, Path], None]:
    """Something else altogether."""
    return lambda _source, target: target.write_bytes(content.encode())


def edit(change: Callable[[h5py.File], None]) -> Callable[[Path, Path], None]:
    """A copy of an HDF5 file with one change."""

    def make(source: Path, target: Path) -> None:
        shutil.copyfile(source, target)
        with h5py.File(target, "r+") as file:
            change(file)

    return make


def datasets(group: h5py.Group) -> list[str]:
    """The paths of all datasets below, in order."""
    found: list[str] = []
    group.visititems(
        lambda name, item: found.append(f"{group.name}/{name}") if isinstance(item, h5py.Dataset) else None
    )
    return sorted(found)


def soft_links(file: h5py.File) -> None:
    """Move every weight to one group and leave soft links where they were, as repacking tools do."""
    store = file.create_group("blobs")
    for i, path in enumerate(datasets(file["model_weights"])):
        file.move(path, f"blobs/{i}")
        file[path] = h5py.SoftLink(f"/blobs/{i}")
    del store


def external_link(file: h5py.File) -> None:
    """Let one weight point to another file."""
    path = datasets(file["model_weights"])[0]
    del file[path]
    file[path] = h5py.ExternalLink("/etc/hostname", "/")


def missing_weight(file: h5py.File) -> None:
    """Delete one array."""
    del file[datasets(file["model_weights"])[0]]


def reshaped_weight(file: h5py.File) -> None:
    """Store one kernel transposed."""
    path = next(
        name
        for name in datasets(file["model_weights"])
        if "kernel" in name and file[name].shape[0] != file[name].shape[1]
    )
    value = file[path][()]
    del file[path]
    file[path] = value.T.copy()


def variable_length_names(file: h5py.File) -> None:
    """Store all names as text of variable length, as files written through h5py 3 have them."""

    def convert(group: h5py.Group) -> None:
        for key in ("layer_names", "weight_names"):
            if key in group.attrs:
                names = [name.decode() if isinstance(name, bytes) else name for name in group.attrs[key]]
                group.attrs.create(key, names, dtype=h5py.string_dtype())

    for key in ("model_config", "training_config", "keras_version", "backend"):
        if key in file.attrs:
            value = file.attrs[key]
            file.attrs[key] = value.decode() if isinstance(value, bytes) else value
    convert(file["model_weights"])
    for group in file["model_weights"].values():
        convert(group)


def without_optimizer_config(file: h5py.File) -> None:
    """Drop what Keras 3 reads without asking."""
    training = json.loads(file.attrs["training_config"])
    del training["optimizer_config"]
    training.pop("loss_weights", None)
    file.attrs["training_config"] = json.dumps(training).encode()


def without_slots(file: h5py.File) -> None:
    """Drop the optimizer's state, keep its configuration."""
    del file["optimizer_weights"]


def gates_unsaid(file: h5py.File) -> None:
    """Drop the activation of the gates, as configurations by hand leave it to the default."""
    model = json.loads(file.attrs["model_config"])
    for layer in model["config"]["layers"]:
        layer["config"].pop("recurrent_activation", None)
    file.attrs["model_config"] = json.dumps(model).encode()


def names_numbered(file: h5py.File) -> None:
    """Number the arrays, as writers did whose variables had no names: nothing tells the backend then."""
    for group in file["model_weights"].values():
        names = [name.decode() for name in group.attrs["weight_names"]]
        for i, name in enumerate(names):
            group.move(name, f"param_{i}")
        del group.attrs["weight_names"]
        group.attrs["weight_names"] = [f"param_{i}".encode() for i in range(len(names))]


def group_renamed(source: Path, target: Path) -> None:
    """An archive whose weights stand in a group of another layer's name."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "model.weights.h5":
                buffer = io.BytesIO(content)
                with h5py.File(buffer, "r+") as file:
                    layers = next(
                        file[key] for key in ("layers", "_layer_checkpoint_dependencies") if key in file
                    )
                    layers.move(sorted(layers)[-1], "projection")
                content = buffer.getvalue()
            new.writestr(name, content)


def double_encoded(source: Path, target: Path) -> None:
    """The weights as they are; the architecture as a JSON string of JSON (``json.dump(model.to_json(), f)``)."""
    shutil.copyfile(source, target)
    original = (source.parent / "model.json").read_text()
    (target.parent / "model.json").write_text(json.dumps(original))


def without_folder(folder: str) -> Callable[[Path, Path], None]:
    """A SavedModel without one of its folders."""

    def make(source: Path, target: Path) -> None:
        shutil.copytree(source, target)
        shutil.rmtree(target / folder)

    return make


def index_alone(source: Path, target: Path) -> None:
    """The index of a checkpoint without its data."""
    shutil.copyfile(source.with_name(source.name + ".index"), target)


def keras3(_source: Path, target: Path) -> None:
    """A model that Keras 3 wrote."""
    import keras

    keras.utils.set_random_seed(1)
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(target)


OLD = "tf.keras-2.0/mlp/model.h5"
ZIP = "tf.keras-2.13/mlp-keras/model.keras"
TRAINED = "tf.keras-2.8/train_adam/model.h5"
CASES = {
    "h5_named_keras": Damage(OLD, "model.keras", "HDF5 under the suffix of an archive.", "misnamed", copy),
    "h5_named_model": Damage(OLD, "network.model", "HDF5 with a custom suffix.", "misnamed", copy),
    "h5_without_suffix": Damage(OLD, "network", "HDF5 without a suffix.", "misnamed", copy),
    "archive_without_suffix": Damage(ZIP, "network", "An archive without a suffix.", "misnamed", copy),
    "archive_named_h5": Damage(ZIP, "model.h5", "A `.keras` archive with the suffix of HDF5.", "misnamed", copy),
    "soft_links": Damage(
        OLD, "model.h5", "Weights behind soft links that stay inside the file.", "soft_links", edit(soft_links)
    ),
    "external_link": Damage(
        OLD, "model.h5", "A weight stored in another file.", "external_link", edit(external_link), "unsafe", "SEC"
    ),
    "missing_weight": Damage(
        OLD, "model.h5", "One array is missing.", "coverage", edit(missing_weight), "failed", "WGT"
    ),
    "reshaped_weight": Damage(
        OLD, "model.h5", "One kernel has a different shape.", "coverage", edit(reshaped_weight), "failed", "WGT"
    ),
    "gates_unsaid": Damage(
        "tf.keras-1.13/rnn_defaults/model.h5", "model.h5", "Recurrent layers that use the default gates.",
        "recurrent_activation default", edit(gates_unsaid),
    ),
    "backend_recorded": Damage(
        "keras-1.2.2-theano/conv_th/model.h5", "model.h5", "Only the recording beside the model shows the backend.",
        "backend param", edit(names_numbered),
    ),
    "backend_unsaid": Damage(
        "keras-1.2.2-theano/conv_th/model.h5", "model.h5", "Nothing shows the backend, and each backend computes something different.",
        "backend param", edit(names_numbered), "unverified", "PAR020",
    ),
    "group_renamed": Damage(
        ZIP, "model.keras", "Weights under the name of another layer.", "coverage", group_renamed, "failed", "WGT006"
    ),
    "names_of_variable_length": Damage(
        TRAINED, "model.h5", "Names stored as text instead of bytes.", "h5py3", edit(variable_length_names)
    ),
    "without_optimizer_config": Damage(
        TRAINED, "model.h5", "Training without an optimizer.", "training", edit(without_optimizer_config)
    ),
    "without_slots": Damage(
        TRAINED, "model.h5", "An optimizer without its state.", "training optimizer_slots", edit(without_slots)
    ),
    "double_encoded": Damage(
        "tf.keras-2.8/mlp-json/model.weights.h5", "model.weights.h5", "The architecture is a JSON string of JSON.",
        "double_encoded", double_encoded,
    ),
    "weights_alone": Damage(
        "tf.keras-2.8/mlp-json/model.weights.h5", "weights.h5", "Weights without any architecture.",
        "no_architecture", copy, "blocked", "FMT004",
    ),
    "truncated_h5": Damage(OLD, "model.h5", "An interrupted download.", "truncated", cut(0.6), "failed", "FMT015"),
    "truncated_archive": Damage(
        ZIP, "model.keras", "An interrupted download.", "truncated", cut(0.7), "failed", "FMT015"
    ),
    "lfs_pointer": Damage(
        OLD, "model.h5", "A git-lfs pointer instead of the file.", "lfs", text(LFS_POINTER), "blocked", "FMT026"
    ),
    "empty": Damage(OLD, "model.h5", "An empty file.", "empty", text(""), "failed", "FMT015"),
    "saved_model_without_variables": Damage(
        "tf.keras-2.4/module_plain/saved_model", "saved_model", "A SavedModel whose variables are missing.",
        "incomplete", without_folder("variables"), "failed", "FMT022",
    ),
    "checkpoint_without_data": Damage(
        "tf.keras-2.8/checkpoint_weights/model.ckpt", "model.ckpt.index", "A checkpoint index without its data.",
        "incomplete", index_alone, "failed", "FMT022",
    ),
    "already_keras3": Damage(OLD, "model.keras", "Written by Keras 3.", "keras3", keras3, "skipped", "FMT013"),
}  # fmt: skip


def write(out: Path, name: str, damage: Damage) -> None:
    """Write one case folder anew."""
    source = out / damage.source
    folder = out / ERA / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    damage.make(source, folder / damage.artifact)
    origin: dict[str, Any] = json.loads((source.parent / "case.json").read_text())
    document = {key: origin[key] for key in ("keras", "tensorflow", "backend", "python", "kind", "rtol")}
    if damage.make is keras3:
        import keras

        document.update(keras=keras.__version__, tensorflow=None, backend=None, python=None, kind="keras")
    expect = {"status": damage.status} | ({"reason": damage.reason} if damage.reason else {})
    document |= {
        "case": name,
        "era": ERA,
        "from": damage.source,
        "artifact": damage.artifact,
        "about": damage.about,
        "traits": damage.traits.split(),
        "expect": expect,
    }
    if (folder / "model.json").exists():
        document["architecture"] = "model.json"
    if damage.status == "migrated":
        golden = f"{damage.artifact.split('.')[0]}.golden.npz"
        shutil.copyfile(source.parent / origin["golden"], folder / golden)
        document["golden"] = golden
    (folder / "case.json").write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")


def main() -> int:
    """Write every case of ``broken/``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", required=True, type=Path, help="the folder that holds one folder per era")
    out = parser.parse_args().out.resolve()
    for name, damage in CASES.items():
        write(out, name, damage)
        print("wrote ", name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
