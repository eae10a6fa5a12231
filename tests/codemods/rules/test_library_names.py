"""LIB001 to LIB008: what is written anew, what is only told, and what belongs to somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run as run_files
from codemods.testing import check_noop, check_transformed, run

HEAD = "import keras\nimport numpy as np\nimport pandas as pd\nfrom scipy import misc\n\n"
STAYS = [
    # a line that is left as it is, and the rules that speak of it
    ("x = np.fromstring(data, **options)", ""),
    ("x = np.fromstring(*data)", ""),
    ("x = np.fromstring(data, like=y)", ""),
    ("x = np.fromstring(text, sep=',')", ""),
    ("same = type(x) == np.bool", "LIB002"),
    ("same = isinstance(x, (int, np.bool))", "LIB002"),
    ("df.as_matrix(columns=c, other=1)", ""),
    ("df.as_matrix(*c)", ""),
    ("df.as_matrix(**c)", ""),
    ("pd.get_dummies(*a)", ""),
    ("pd.get_dummies(x, dtype=float)", ""),
    ("misc.face()", "LIB004"),
]
BECOMES = [
    ("x = np.fromstring(data, np.uint8)", "x = np.frombuffer(data, dtype=np.uint8).copy()"),
    ("kinds = f(np.bool), np.uint8", "kinds = f(bool), np.uint8"),
    ("kinds = [np.bool, np.uint8]", "kinds = [bool, np.uint8]"),
    ("df.as_matrix(['a'])", "df[['a']].values"),
    ("df.as_matrix()", "df.values"),
    ("pd.get_dummies(x)", 'pd.get_dummies(x, dtype="uint8")'),
]


@pytest.mark.parametrize(("line", "codes"), STAYS)
def test_lines_that_stay(line: str, codes: str) -> None:
    check_noop(f"{HEAD}{line}\n", codes=codes.split(), select=["LIB"])


@pytest.mark.parametrize(("before", "after"), BECOMES)
def test_lines_that_are_written_anew(before: str, after: str) -> None:
    check_transformed(f"{HEAD}{before}\n", f"{HEAD}{after}\n", select=["LIB"])


@pytest.mark.parametrize("line", ["kinds = [np.bool]", "same = type(x) == np.bool", "y = pd.get_dummies(x)"])
def test_files_of_keras_3_mean_what_they_say(line: str) -> None:
    text = f"import numpy as np\nimport pandas as pd\nfrom keras import ops\n\n{line}\nz = ops.sum(y)\n"
    check_noop(text, codes=[], select=["LIB"])


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("from .sklearn.cross_validation import train_test_split", ""),
        ("from .scipy.misc import face, imread", ""),
        ("from . import misc", ""),
        ("from scipy.misc import face", "LIB004"),
        ("from sklearn import cross_validation", "LIB004"),
        ("import sklearn.cross_validation", "LIB004"),
    ],
)
def test_imports_that_stay(line: str, codes: str) -> None:
    check_noop(f"import keras\n{line}\n", codes=codes.split(), select=["LIB"])


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "from sklearn.externals import joblib",
            "import joblib",
            "joblib of sklearn.externals is in joblib now",
        ),
        (
            "from sklearn.cross_validation import train_test_split",
            "from sklearn.model_selection import train_test_split",
            "train_test_split of sklearn.cross_validation is in sklearn.model_selection now",
        ),
    ],
)
def test_imports_that_move(before: str, after: str, message: str) -> None:
    outcome = check_transformed(f"import keras\n{before}\n", f"import keras\n{after}\n", select=["LIB"])
    assert outcome.findings[0].message == message


def test_names_that_another_file_imports_are_told_there(tmp_path: Path) -> None:
    (tmp_path / "names.py").write_text("import keras\nimport numpy as np\nfrom scipy import misc\n")
    text = "import keras\nfrom names import misc, np\n\nx = np.float, np.asscalar(y), misc.face(), misc.imread(p)\n"
    (tmp_path / "use.py").write_text(text)
    results = {r.path.name: r for r in run_files(sorted(tmp_path.glob("*.py")), Options(select=("LIB",)))}
    assert results["use.py"].new is None
    assert not results["use.py"].findings


# Pictures


def test_two_functions_that_import_share_what_is_written() -> None:
    text = (
        "import keras\n\n\ndef e(p):\n    from imageio import imread\n    return imread(p)\n\n\n"
        "def f(p):\n    from scipy.misc import imread as read\n    return read(p)\n\n\n"
        "def g(p, x):\n    from scipy.misc import imread, imsave\n    return imsave(p, imread(p))\n"
    )
    outcome = run(text, select=["LIB"])
    for name in ("scipy_imread", "scipy_imsave", "_from_picture", "_to_picture"):
        assert outcome.text.count(f"def {name}(") == 1
    assert "    read = scipy_imread\n    return read(p)\n" in outcome.text
    assert "    imread = scipy_imread\n    imsave = scipy_imsave\n" in outcome.text
    assert run(outcome.text, select=["LIB"]).text == outcome.text


def test_a_function_that_imports_has_no_part_in_what_the_module_imports() -> None:
    text = (
        "import keras\nfrom scipy.misc import imsave\n\n\ndef f(p):\n    from scipy.misc import imread\n"
        "    return imsave(p, imread(p))\n"
    )
    outcome = run(text, select=["LIB"])
    for name in ("scipy_imread", "imsave", "_from_picture", "_to_picture"):
        assert outcome.text.count(f"def {name}(") == 1
    assert "def scipy_imsave(" not in outcome.text


def test_what_is_written_already_is_used() -> None:
    written = "import keras\nfrom scipy import misc\n\n\ndef scipy_imread(name):\n    return name\n\n\n"
    check_transformed(
        f"{written}x = misc.imread(p), misc\n", f"{written}x = scipy_imread(p), misc\n", select=["LIB"]
    )
    assert {f.code for f in run(f"{written}x = misc.imread(p)\n", select=["LIB"]).findings} == {"LIB007"}
    lazy = "def f(p):\n    from scipy.misc import imread\n    return imread(p), misc\n"
    after = "def f(p):\n    imread = scipy_imread\n    return imread(p), misc\n"
    check_transformed(written + lazy, written + after, select=["LIB"])


def test_helpers_that_are_written_already_are_used() -> None:
    text = (
        "import keras\nfrom scipy import misc\n\n\ndef _from_picture(picture, *_):\n    return picture\n\n\n"
    )
    outcome = run(f"{text}x = misc.imread(p)\n", select=["LIB"])
    assert outcome.text.count("def _from_picture(") == 1
    assert outcome.text.count("def scipy_imread(") == 1


@pytest.mark.parametrize(
    "line", ["from imageio import imread", "from scipy.misc import face", "import imageio"]
)
def test_other_imports_of_the_same_names_hold_nothing_up(line: str) -> None:
    outcome = run(f"import keras\n{line}\nfrom scipy import misc\n\nmisc.imsave(p, x)\n", select=["LIB"])
    assert "\n\nscipy_imsave(p, x)\n" in outcome.text
    assert line in outcome.text


def test_what_is_imported_is_written_before_what_is_reached() -> None:
    text = (
        "import keras\nfrom scipy import misc\nfrom scipy.misc import imread\n\nmisc.imsave(p, imread(q))\n"
    )
    outcome = run(text, select=["LIB"])
    for name in ("imread", "scipy_imsave", "_from_picture", "_to_picture"):
        assert outcome.text.count(f"def {name}(") == 1
    assert "\nscipy_imsave(p, imread(q))\n" in outcome.text
