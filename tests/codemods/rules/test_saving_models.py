"""Saving and loading of models: what is seen of a path."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

MODEL = (
    "import keras\n\n\ndef save(path):\n    model = keras.Sequential([keras.layers.Dense(1)])\n"
    "    model.compile('adam', 'mse')\n"
)


def test_losses_stay_where_nothing_is_known_of_the_path() -> None:
    check_noop(f"{MODEL}    model.save(path)\n")


HEAD = "import keras\nfrom other import f, fmt, path, paths, x\nm = keras.Sequential()\n"


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("m.save(path, save_format=fmt)", ["SAV002"]),
        ("m.save(path, save_format='h5')", ["SAV002"]),
        ("m.save('folder', save_format='h5')", ["SAV002"]),
        ("m.save('m.keras', save_format='h5')", ["SAV002"]),
        ("m.save('m.h5', save_format='keras')", ["SAV002"]),
        ("m.save('folder', signatures=f)", ["SAV009"]),
        ("keras.models.save_model(m, 'folder')", ["SAV001"]),
        ("m.save()", []),
        ("m.save(path)", []),
        ("m.save('m.keras')", []),
        ("def g(x):\n    x.save('folder')", []),
        ("keras.models.load_model('m.h5')", ["SAV005"]),
        ("keras.models.load_model('m.h5', compile=False)", []),
        ("keras.models.load_model('folder')", ["SAV004"]),
        ("m.load_weights('w.weights.h5', by_name=True)", []),
    ],
)
def test_what_is_only_said(line: str, codes: list[str]) -> None:
    check_noop(f"{HEAD}{line}\n", select=["SAV00", "SAV010"], codes=codes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("m.save('folder')", "m.export('folder')"),
        ("m.save('folder/')", "m.export('folder/')"),
        (
            "m.save('folder/')\nkeras.models.load_model('folder/')",
            "m.export('folder/')\nkeras.models.load_model('folder/')",
        ),
        ("m.save('folder', save_format='tf')", "m.export('folder')"),
        ("m.save('m.h5', save_format='h5')", "m.save('m.h5')"),
        ("m.save('m.keras', save_format='keras')", "m.save('m.keras')"),
        ("m.save('m.keras', signatures=None)", "m.save('m.keras')"),
        ("m.save('m.keras', save_traces=True)", "m.save('m.keras')"),
    ],
)
def test_what_is_rewritten(before: str, after: str) -> None:
    check_transformed(f"{HEAD}{before}\n", f"{HEAD}{after}\n", unsafe=True, select=["SAV00"])


@pytest.mark.parametrize(("version", "codes"), [("3.8", ["SAV010"]), ("3.9", [])])
def test_by_name_waits_for_3_9(version: str, codes: list[str]) -> None:
    line = "m.load_weights('w.weights.h5', by_name=True)\nm.load_weights('w.weights.h5')\n"
    check_noop(HEAD + line, version=version, select=["SAV010"], codes=codes)


@pytest.mark.parametrize(
    "lines",
    [
        "m.compile('adam', 'mse')\nm.save('m.keras')\n",
        "m.compile('adam', 'mse')\nm.save()\nf('m.h5')\n",
        "m.compile('adam', 'mse')\nfor name in paths:\n    m.save(name)\n",
        "m.compile('adam', 'mse')\nkeras.callbacks.ModelCheckpoint('m.h5', save_weights_only=True)\n",
        "m.compile('adam', 'hinge')\nm.save('m.h5')\n",
        "m.compile('adam')\nm.save('m.h5')\n",
        "def g(x):\n    x.compile('adam', 'mse')\nm.save('m.h5')\n",
    ],
)
def test_losses_keep_their_short_names_where_no_whole_model_becomes_hdf5(lines: str) -> None:
    check_noop(HEAD + lines, select=["SAV012"], codes=[])
