"""LIB: what programs of Keras 2 use of NumPy, pandas, SciPy and scikit-learn, and that left since."""

from __future__ import annotations

import builtins
import warnings
from pathlib import Path

import numpy
import pytest

from codemods.files.source import matters
from codemods.libraries import NUMPY, NUMPY_HINTS
from codemods.options import Options
from codemods.run.runner import FileResult
from codemods.run.runner import run as run_files
from codemods.testing import check_noop, check_transformed, run


def there(name: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return getattr(numpy, name) is not getattr(builtins, name, None)
        except (AttributeError, FutureWarning):
            return False


@pytest.mark.parametrize("name", sorted({*NUMPY, *NUMPY_HINTS} - {"bool"}))
def test_numpy_has_no_such_name(name: str) -> None:
    assert not there(name)


@pytest.mark.parametrize("name", sorted(set(NUMPY.values())))
def test_what_takes_the_place_is_there(name: str) -> None:
    assert hasattr(numpy, name.removeprefix("numpy.")) if "." in name else hasattr(builtins, name)


def test_every_spelling_of_an_alias_is_written_out() -> None:
    check_transformed(
        """\
        import keras
        import numpy
        from numpy import Inf
        x = numpy.zeros(3, dtype=numpy.bool)
        best = Inf
        """,
        """\
        import keras
        import numpy
        x = numpy.zeros(3, dtype=bool)
        best = numpy.inf
        """,
        codes=["LIB001"],
    )


def test_a_type_that_the_file_means_otherwise_is_left_to_a_person() -> None:
    check_noop(
        """\
        import keras
        import numpy as np
        def convert(float, flag):
            return np.float(float) if isinstance(flag, np.bool) else 0
        """,
        codes=["LIB002", "LIB002"],
    )


@pytest.mark.parametrize(
    "text",
    [
        "x = np.float64(1) + np.int_(2) + np.nan\n",
        "class Own:\n    float = 1\nx = Own.float\n",
        "try:\n    y = np.float\nexcept AttributeError:\n    y = float\n",
    ],
)
def test_what_numpy_has_stays(text: str) -> None:
    check_noop(f"import keras\nimport numpy as np\n{text}", codes=[])


@pytest.mark.parametrize(
    "text",
    [
        "from scipy.spatial.transform import Rotation\nimport pandas\nx = Rotation.from_quat(q).as_matrix()\n",
        "x = thing.as_matrix()\n",
        "import pandas as pd\nx = frame.as_matrix(*columns)\ny = pd.get_dummies(x, dtype=bool)\n",
        "import numpy as np\nx = np.fromstring('1 2', sep=' ')\ny = np.fromstring(*given)\n",
        "from sklearn.model_selection import train_test_split\nfrom scipy.special import logsumexp\n",
        "from scipy import misc\nfrom .misc import imread\n",
        "try:\n    from scipy.misc import imread\nexcept ImportError:\n    from imageio import imread\n",
    ],
)
def test_what_is_right_or_unknown_stays(text: str) -> None:
    check_noop(f"import keras\n{text}", codes=[])


def test_names_whose_defaults_changed_ask_for_unsafe() -> None:
    text = "import keras\nfrom sklearn.grid_search import GridSearchCV as Search, ParameterGrid\n"
    assert run(text).text == text
    assert (
        "from sklearn.model_selection import GridSearchCV as Search, ParameterGrid"
        in run(text, unsafe=True).text
    )


def test_what_has_no_place_is_told() -> None:
    check_noop(
        """\
        import keras
        import sklearn.cross_validation
        from scipy import misc
        from scipy.misc import face
        from sklearn.preprocessing import Imputer
        x = misc.logsumexp(misc.ascent())
        """,
        codes=["LIB004"] * 5,
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "from scipy.misc import imread, imresize as smaller\nx = smaller(imread('a'), 0.5)\n",
            {"imread", "smaller"},
        ),
        (
            "from scipy import misc\nmisc.imsave('a', misc.imresize(x, 5))\nmisc.imsave('b', x)\n",
            {"scipy_imsave"},
        ),
        ("def f(x):\n    from scipy.misc import imresize\n    return imresize(x, 50)\n", {"scipy_imresize"}),
        ("import scipy.misc\ndef f(x):\n    return scipy.misc.imread(x)\n", {"scipy_imread"}),
    ],
)
def test_pictures_are_read_without_scipy(text: str, names: set[str]) -> None:
    outcome = run(f"import keras\n{text}")
    assert {finding.code for finding in outcome.findings} == {"LIB007"}
    assert all(finding.applied for finding in outcome.findings)
    assert "scipy.misc import" not in outcome.text
    assert "misc.im" not in outcome.text.replace("scipy.misc.im", "")
    assert outcome.text.count("def _from_picture") <= 1 >= outcome.text.count("def _to_picture")
    assert all(outcome.text.count(f"def {name}(") == 1 for name in names)
    assert run(outcome.text).text == outcome.text


def looked_at(folder: Path, **texts: str) -> dict[str, FileResult]:
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return {result.path.stem: result for result in run_files(sorted(folder.glob("*.py")), Options())}


def test_files_beside_those_of_keras_are_looked_at_for_libraries_alone(tmp_path: Path) -> None:
    data = "import numpy as np\nx = np.zeros(2, np.float)\ny = float(model.predict(x)[0])\n"
    results = looked_at(tmp_path, train="import keras\n", data=data)
    assert [finding.code for finding in results["data"].findings] == ["LIB001"]
    assert results["data"].new == data.replace("np.float)", "float)").encode()


def test_a_project_without_keras_is_left_alone(tmp_path: Path) -> None:
    results = looked_at(tmp_path, data="import numpy as np\nx = np.zeros(2, np.float)\n")
    assert not results["data"].findings
    assert results["data"].new is None


def test_a_plain_file_is_not_even_parsed() -> None:
    assert not matters(b"import numpy as np\nx = np.float32(1)\n")
    assert matters(b"import numpy as np\nx = np.float(1)\n")


def test_the_sources_of_a_library_are_not_looked_at(tmp_path: Path) -> None:
    """A folder that holds NumPy beside a program of Keras: an environment that was checked in."""
    (tmp_path / "train.py").write_text("import keras\n")
    text = "import numpy as np\n\nx = np.float(1)\n"
    inside, beside = tmp_path / "numpy" / "tests.py", tmp_path / "data.py"
    inside.parent.mkdir()
    (inside.parent / "__init__.py").write_text("")
    for path in (inside, beside):
        path.write_text(text)
    changed = {
        result.path for result in run_files([tmp_path / "train.py", inside, beside], Options()) if result.new
    }
    assert changed == {beside}
