"""Numbers of predictions."""

from __future__ import annotations

import pytest

from codemods.testing import run
from migrate.findings import Fix

HEAD = "from keras.models import load_model\nmodel = load_model('m.keras')\n"
USES = {
    "float(model.predict(x))": "float(model.predict(x).item())",
    "int(model.predict(x)[0])": "int(model.predict(x)[0].item())",
    "float(model.predict_on_batch(x))": "float(model.predict_on_batch(x).item())",
    "float(model.predict(x)[0][0])": "float(model.predict(x)[0][0])",
    "float(model.predict(x)[0, 0])": "float(model.predict(x)[0, 0])",
    "float(model.predict(x).mean())": "float(model.predict(x).mean())",
    "float(model.evaluate(x, y))": "float(model.evaluate(x, y))",
    "round(model.predict(x))": "round(model.predict(x))",
}


@pytest.mark.parametrize("use", USES)
def test_a_prediction_of_one_element_is_asked_for_it(use: str) -> None:
    assert run(f"{HEAD}v = {use}\n").text == f"{HEAD}v = {USES[use]}\n"


def test_a_name_is_followed_where_it_holds_nothing_else() -> None:
    body = "p = model.predict(x)\nprint(float(p), int(p[0]), float(p[0][0]))\n"
    assert "float(p.item()), int(p[0].item()), float(p[0][0])" in run(HEAD + body).text
    assert ".item()" not in run(f"{HEAD}p = 3\n{body}").text


def test_a_program_that_loads_its_model_later() -> None:
    text = (
        "from keras.models import load_model\nmodel = None\n\n\ndef steer(image):\n"
        "    return float(model.predict(image, batch_size=1))\n\n\nif __name__ == '__main__':\n"
        "    model = load_model('m.keras')\n"
    )
    outcome = run(text, unsafe=True)
    assert "float(model.predict(image, batch_size=1).item())" in outcome.text


@pytest.mark.parametrize(
    "text",
    [
        "from sklearn.svm import SVR\nmodel = SVR()\nv = float(model.predict(x))\n",
        f"{HEAD}float = str\nv = float(model.predict(x))\n",
    ],
)
def test_what_is_no_number_of_a_model_stays(text: str) -> None:
    assert run(text, unsafe=True).text == text


def test_the_model_that_is_known_makes_it_safe() -> None:
    found = run(f"{HEAD}v = float(model.predict(x))\n").findings
    assert [(f.code, f.fix) for f in found] == [("TRN040", Fix.SAFE)]
