"""Generators of batches that differ in length: which are taken for such, and which are not."""

from __future__ import annotations

import pytest

from codemods.testing import run

HEAD = """\
import numpy as np
import keras
from tensorflow.keras.preprocessing.sequence import pad_sequences


def batches(words):
    while True:
        {made}
        yield data, np.ones(2)


model = keras.Sequential()
"""
LONGEST = "longest = max(len(word) for word in words)\n        "


def found(made: str, call: str = "model.fit(batches(words))") -> list[str]:
    findings = run(HEAD.format(made=made) + call + "\n", unsafe=True).findings
    return [finding.code for finding in findings if finding.code == "TRN041"]


@pytest.mark.parametrize(
    "made",
    [
        LONGEST + "data = np.zeros((len(words), longest))",
        LONGEST + "data = np.full([2, 1, longest + 1], 0.0)",
        "longest = np.random.randint(5, 10)\n        data = np.empty((2, longest, 3))",
        "data = pad_sequences(words)",
        LONGEST + "data = pad_sequences(words, maxlen=longest)",
    ],
)
def test_a_size_that_each_batch_draws_is_found(made: str) -> None:
    assert found(made) == ["TRN041"]


@pytest.mark.parametrize(
    "made",
    [
        "data = np.zeros((2, 30))",
        LONGEST + "data = np.zeros((longest, 30))",
        LONGEST + "data = np.random.rand(2, 30)",
        "data = np.zeros((len(words), size))",
        "data = pad_sequences(words, maxlen=30)",
        "data = pad_sequences(words, 30)",
        LONGEST + "data = own.zeros((2, longest))",
    ],
)
def test_a_size_that_is_the_same_in_all_batches_is_none(made: str) -> None:
    assert not found(made)


VARIES = LONGEST + "data = np.zeros((2, longest))"


@pytest.mark.parametrize(
    "call",
    [
        "model.fit(x, y, validation_data=batches(words))",
        "model.evaluate(batches(words), steps=2)",
        "model.predict(batches(words), steps=2)",
        "model.fit_generator(batches(words), 3)",
        "model.fit_generator(generator=batches(words), steps_per_epoch=3)",
    ],
)
def test_every_method_that_takes_a_generator(call: str) -> None:
    assert found(VARIES, call) == ["TRN041"]


@pytest.mark.parametrize(
    "call",
    [
        "model.fit(other(words))",
        "model.fit(words)",
        "list(batches(words))",
        "import sklearn.svm\nsklearn.svm.SVC().fit(batches(words))",
    ],
)
def test_what_is_no_such_generator_or_no_model_stays(call: str) -> None:
    assert not found(VARIES, call)


def test_a_function_that_yields_outside_of_its_loop_gives_one_batch() -> None:
    text = HEAD.format(made=VARIES).replace("        yield data", "    yield data")
    assert "TRN041" not in {f.code for f in run(text + "model.fit(batches(words))\n", unsafe=True).findings}


def test_a_method_of_the_same_object_is_followed() -> None:
    text = (
        "import numpy as np\nimport keras\n\n\nclass Own:\n    def batches(self):\n        for words in self.all:\n"
        "            longest = max(map(len, words))\n            yield np.zeros((2, longest)), 1\n\n"
        "    def train(self):\n        model = keras.Sequential()\n        model.fit(self.batches())\n"
    )
    new = run(text, unsafe=True).text
    assert "model.fit(of_any_length(self.batches()))" in new
    assert run(new, unsafe=True).text == new
    assert run(text).text == text
