"""Write the demonstration's models with Keras 2.2.4, as its training script would.

Run in the environment that ``legacy_models/write/make_env.py keras-2.2.4`` makes, from this folder:

    python write_models.py

Weights are drawn from a seed; the SavedModel is one of the Estimator's era, for TensorFlow Serving.
"""

import os
import shutil
import sys

import numpy as np
import tensorflow as tf
from keras import backend as K

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.join(HERE, "project")
sys.path.insert(0, PROJECT)


def training_script():
    """The names of ``train.py``, compiled so that no bytecode names a folder of this machine."""
    names = {"__name__": "train"}
    with open(os.path.join(PROJECT, "train.py")) as file:
        exec(compile(file.read(), "train.py", "exec"), names)
    return names


def draw(model, seed):
    """Weights that show a wrong gate, bias or statistic; scales and variances stay positive."""
    random = np.random.RandomState(seed)
    for layer in model.layers:
        drawn = [random.normal(0.0, 0.7, w.shape) for w in layer.get_weights()]
        positive = layer.name in ("norm", "scale")
        layer.set_weights([np.abs(w) + 0.1 if positive else w for w in drawn])


def main():
    """Write the models of the project."""
    models = os.path.join(PROJECT, "models")
    images = np.random.RandomState(0).rand(4, 8, 8, 1).astype("float32")
    train = training_script()
    classifier, embedding = train["classifier"](), train["embedding"]()
    for seed, (name, model) in enumerate([("classifier", classifier), ("embedding", embedding)]):
        draw(model, seed)
        model.compile("adam", "categorical_crossentropy")
        path = os.path.join(models, name + ".h5")
        model.save(path)
        outputs = {"inputs/0": images, "outputs/0": model.predict(images)}
        np.savez(os.path.join(models, name + ".golden.npz"), **outputs)
    served = os.path.join(models, "serving")
    shutil.rmtree(served, ignore_errors=True)
    inputs, outputs = {"image": classifier.input}, {"class": classifier.output}
    tf.saved_model.simple_save(K.get_session(), served, inputs=inputs, outputs=outputs)


if __name__ == "__main__":
    main()
