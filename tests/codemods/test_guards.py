"""Branches for other versions: left as they are, and what they miss beside Keras 3 is said."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop

GUARDED = {
    "both branches of a try are gone": (
        "import tensorflow as tf\n\ntry:\n    tf.keras.backend.get_session().run(1)\n"
        "except AttributeError:\n    tf.compat.v1.keras.backend.get_session().run(2)\n",
        {4: "error", 6: "error"},
    ),
    "the handler serves": (
        "try:\n    from keras.layers.merge import _Merge\nexcept ImportError:\n    from mine import _Merge\n",
        {2: "info"},
    ),
    "the handler may serve": (
        "try:\n    from keras.layers.merge import _Merge\n"
        "except ImportError:\n    from keras.src.layers.merging.base_merge import Merge as _Merge\n",
        {2: "info", 4: "warning"},
    ),
    "the handler has the old path of a name": (
        "import keras\n\ntry:\n    W = keras.layers.Wrapper\nexcept AttributeError:\n"
        "    W = keras.layers.wrappers.Wrapper\n",
        {6: "info"},
    ),
    "a name that is asked for": (
        "from keras import optimizers\n\nif hasattr(optimizers, 'optimizer_from_config'):\n"
        "    o = optimizers.optimizer_from_config({})\nelse:\n    o = optimizers.deserialize({})\n",
        {4: "info"},
    ),
    "a TensorFlow that goes with Keras 3": (
        "import tensorflow as tf\n\nif tf.__version__ >= '2.9':\n    from keras.engine.nowhere import A\n"
        "else:\n    from keras.engine.nowhere import B\n",
        {4: "error", 6: "info"},
    ),
    "the first of several": (
        "import tensorflow as tf\nfrom packaging.version import parse as version\n\n"
        "if version(tf.version.VERSION) >= version('2.13.0rc0'):\n    from keras.engine.nowhere import A\n"
        "elif version(tf.version.VERSION) >= version('2.9.0rc0'):\n    from keras.engine.nowhere import B\n",
        {5: "error", 7: "info"},
    ),
    "TensorFlow 1": (
        "import tensorflow as tf\n\nif tf.__version__.startswith('1.'):\n    from keras.engine.nowhere import A\n"
        "if int(tf.__version__.split('.')[0]) < 2:\n    from keras.engine.nowhere import B\n"
        "if not tf.__version__ < '2.0':\n    from keras.engine.nowhere import C\n",
        {4: "info", 6: "info", 8: "error"},
    ),
    "the version of Keras": (
        "import keras\n\nif keras.__version__ < '2.3':\n    from keras.engine.nowhere import A\n"
        "elif keras.__version__ >= '3.0':\n    from keras.engine.nowhere import B\n",
        {4: "info", 6: "error"},
    ),
    "a test that the text does not decide": (
        "import tensorflow as tf\n\nif tf.__version__ >= '2.18':\n    from keras.engine.nowhere import A\n"
        "if is_keras_new():\n    from keras.engine.nowhere import B\n",
        {4: "warning", 6: "warning"},
    ),
}


@pytest.mark.parametrize("case", GUARDED)
def test_missing_names_behind_guards(case: str) -> None:
    text, severities = GUARDED[case]
    outcome = check_noop(text, codes=["IMP012"] * len(severities))
    assert {finding.line: str(finding.severity) for finding in outcome.findings} == severities
    assert all(finding.hint for finding in outcome.findings)


def test_names_that_exist_need_no_word() -> None:
    check_noop(
        "import tensorflow as tf\n\nif tf.__version__ >= '2':\n    from tensorflow.keras.layers import Dense\n"
        "else:\n    from keras.layers import Dense\n",
        codes=(),
    )


def test_a_comment_silences_it() -> None:
    check_noop(
        "try:\n    from keras.layers.merge import _Merge  # keras-migrate: ignore[IMP012]\n"
        "except ImportError:\n    from mine import _Merge\n",
        codes=(),
    )


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("int(keras.__version__.split('.')[0]) == 2", {"old": 0, "new": 1}),
        ("keras.__version__ >= '2.0'", {"old": 1, "new": 0}),
        ("keras.__version__ >= '3.0'", {"old": 1, "new": 0}),
        ("some_keras_version(3)", {"old": 0, "new": 0}),
    ],
)
def test_calls_in_a_branch_that_runs_beside_keras_3_are_told(test: str, told: dict[str, int]) -> None:
    call = "model.fit_generator(data, nb_epoch=1)"
    for branches, place in (((call, "pass"), "old"), (("pass", call), "new")):
        text = (
            "import keras\nmodel = keras.Sequential()\n"
            f"if {test}:\n    {branches[0]}\nelse:\n    {branches[1]}\n"
        )
        outcome = check_noop(text)
        found = [finding for finding in outcome.findings if finding.severity == "error"]
        assert {finding.code for finding in found} <= {"IMP012"}
        assert bool(found) is bool(told[place])
