import os

import numpy as np
import pytest

from blossom import focal_loss, top_share
from blossom.train import evaluate, train


def test_focal_loss_numbers():
    loss = focal_loss(2.0)(np.array([[0.0, 1.0]], "float32"), np.array([[0.25, 0.75]], "float32"))
    np.testing.assert_allclose(np.asarray(loss), [0.0179801], rtol=1e-4)


def test_top_share_numbers():
    y_true = np.array([[0, 1], [1, 0]], "float32")
    y_pred = np.array([[0.2, 0.8], [0.4, 0.6]], "float32")
    np.testing.assert_allclose(float(top_share(y_true, y_pred)), 0.4, rtol=1e-6)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    os.chdir(tmp_path_factory.mktemp("run"))
    return train()


def test_training_learns(trained):
    _, history = trained
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert len(os.listdir()) == 1


def test_rate_was_halved(trained):
    model, _ = trained
    assert float(model.optimizer.learning_rate) == pytest.approx(0.05 / 8)


def test_evaluation(trained):
    model, _ = trained
    loss, accuracy, share = evaluate(model)
    assert accuracy > 0.5
    assert 0 < share <= 1
