"""Of several values of a name, which one is meant: branches, loops and handlers."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run

CERTAIN = {
    "a later value": "opt = other()\nopt = keras.optimizers.Adam()\nopt.{lr} = 1\n",
    "in its own branch": "opt = None\nif a:\n    opt = keras.optimizers.Adam()\n    opt.{lr} = 1\n",
    "none otherwise": "opt = None\nif a:\n    opt = keras.optimizers.Adam()\nopt.{lr} = 1\n",
    "the same in both branches": (
        "if a:\n    opt = keras.optimizers.Adam()\nelse:\n    opt = keras.optimizers.SGD()\nopt.{lr} = 1\n"
    ),
    "in a with": "opt = other()\nwith strategy:\n    opt = keras.optimizers.Adam()\nopt.{lr} = 1\n",
}


@pytest.mark.parametrize("case", CERTAIN)
def test_what_has_surely_run(case: str) -> None:
    text = "import keras\n\n" + CERTAIN[case]
    check_transformed(text.format(lr="lr"), text.format(lr="learning_rate"))


LIKELY = {
    "another in the other branch": (
        "if a:\n    opt = other()\nelse:\n    opt = keras.optimizers.Adam()\nopt.{lr} = 1\n"
    ),
    "a loop that may not run": "opt = other()\nfor a in b:\n    opt = keras.optimizers.Adam()\nopt.{lr} = 1\n",
    "a handler": (
        "try:\n    opt = other()\nexcept KeyError:\n    opt = keras.optimizers.Adam()\nopt.{lr} = 1\n"
    ),
}


@pytest.mark.parametrize("case", LIKELY)
def test_what_may_have_run(case: str) -> None:
    text = "import keras\n\n" + LIKELY[case]
    assert run(text.format(lr="lr")).text == text.format(lr="lr")
    check_transformed(text.format(lr="lr"), text.format(lr="learning_rate"), unsafe=True)


def test_a_function_that_only_one_branch_chooses_is_not_written_out() -> None:
    text = """\
        from keras import backend as k

        def pick(model, label, output):
            if model:
                loss = getattr(k, model.loss)
            elif label:
                loss = k.sparse_categorical_crossentropy
            else:
                loss = model.loss
            return loss(label, output)
        """
    assert "return loss(label, output)" in run(text, unsafe=True).text


def test_methods_of_the_same_name_of_others() -> None:
    check_noop(
        "import keras\n\n\nclass Own(Base):\n    def fit_generator(self, g, n):\n"
        "        super().fit_generator(g, nb_epochs=n)\n\n\nclassifier.fit_generator(generator=g, nb_epochs=2)\n",
        codes=(),
        unsafe=True,
    )
    check_transformed(
        "import keras\n\n\nclass Own(keras.Model):\n    def more(self, g, n):\n"
        "        super().fit_generator(g, epochs=n)\n",
        "import keras\n\n\nclass Own(keras.Model):\n    def more(self, g, n):\n        super().fit(g, epochs=n)\n",
    )
