"""ENV001 to ENV003: what counts as setting a variable, and where it still has an effect."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = "import os\n"
SET = {
    "by assignment": "os.environ['KERAS_BACKEND'] = 'theano'\n",
    "as a default": "os.environ.setdefault('KERAS_BACKEND', 'theano')\n",
    "for child processes": "os.putenv('KERAS_BACKEND', 'theano')\n",
    "with another name": "BACKEND = os.environ['KERAS_BACKEND'] = 'theano'\n",
    "in a function": "def choose():\n    os.environ['KERAS_BACKEND'] = 'theano'\n",
}
NOT_SET = {
    "asked for": "backend = os.environ.get('KERAS_BACKEND', 'theano')\n",
    "read": "print(os.environ['KERAS_BACKEND'], 'theano')\n",
    "in another mapping": "settings = {}\nsettings['KERAS_BACKEND'] = 'theano'\n",
    "taken back": "os.environ.pop('KERAS_BACKEND')\n",
    "compared": "if os.environ['KERAS_BACKEND'] == 'theano':\n    print('slow')\n",
    "another variable": "os.environ['CUDA_VISIBLE_DEVICES'] = 'theano'\n",
    "said by somebody else": "os.environ['KERAS_BACKEND'] = arguments.backend\n",
    "a backend of Keras 3": "os.environ['KERAS_BACKEND'] = 'tensorflow'\n",
}


@pytest.mark.parametrize("case", SET)
def test_a_backend_that_is_gone(case: str) -> None:
    outcome = check_noop(HEAD + SET[case], codes=["ENV003"])
    assert outcome.findings[0].message == "Keras 3 has no backend 'theano'"


@pytest.mark.parametrize("case", NOT_SET)
def test_no_backend_that_is_gone(case: str) -> None:
    check_noop(f"{HEAD}import keras\n{NOT_SET[case]}", codes=[], select=["ENV003"])


@pytest.mark.parametrize(
    "line", ["import keras", "from keras import layers", "from tensorflow.keras import layers"]
)
def test_a_backend_that_comes_too_late(line: str) -> None:
    late = f"import os\n{line}\nos.environ['KERAS_BACKEND'] = 'jax'\n"
    outcome = check_noop(late, codes=["ENV002"], select=["ENV"])
    assert "line 2" in outcome.findings[0].message


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport keras\n",
        "import os\nos.environ['KERAS_BACKEND'] = 'jax'\n",
        "import os\nimport numpy\nos.environ['KERAS_BACKEND'] = 'jax'\n",
        "import os\nfrom .keras import layers\nfrom . import models\nos.environ['KERAS_BACKEND'] = 'jax'\n",
        "import os\nfrom numpy import random\nos.environ['KERAS_BACKEND'] = 'jax'\n",
        "import os\nimport keras\n\n\ndef worker():\n    os.environ['KERAS_BACKEND'] = 'jax'\n",
        "import os\nimport keras\nos.environ['CUDA_VISIBLE_DEVICES'] = '0'\n",
    ],
)
def test_a_backend_that_is_set_in_time_or_elsewhere(text: str) -> None:
    check_noop(text, codes=[], select=["ENV"])


@pytest.mark.parametrize("value", ["1", "True", "true"])
def test_the_switch_is_taken_out(value: str) -> None:
    check_transformed(
        f"import os\nos.environ['TF_USE_LEGACY_KERAS'] = '{value}'\nimport tensorflow as tf\nprint(os, tf.data)\n",
        "import os\nimport tensorflow as tf\nprint(os, tf.data)\n",
        unsafe=True,
    )


def test_a_switch_that_is_more_than_a_statement_is_left_to_its_author() -> None:
    for line in (
        "old = os.environ['TF_USE_LEGACY_KERAS'] = '1'\n",
        "os.environ.setdefault('TF_USE_LEGACY_KERAS', '1')\n",
    ):
        check_noop(HEAD + line, codes=["ENV001"], unsafe=True)


@pytest.mark.parametrize("value", ["'0'", "'False'", "choice"])
def test_a_switch_that_is_off(value: str) -> None:
    check_noop(f"import os\nos.environ['TF_USE_LEGACY_KERAS'] = {value}\n", codes=[], unsafe=True)
