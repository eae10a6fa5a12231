"""Load this model with the installed Keras: ``model.keras`` in Keras 3, the Keras 2 file in earlier releases.

``load_model()`` accepts the arguments of ``keras.models.load_model``. The file needs only the models and, if
present, ``custom_objects.py``; ``proof.npz`` contains inputs and outputs that both compute.
"""

import runpy
from pathlib import Path
from typing import Any

try:
    import keras
except ImportError:  # TensorFlow up to 2.5 comes without the package
    from tensorflow import keras


def load_model(**options: Any) -> Any:
    """The model, loaded by the installed Keras."""
    folder = Path(__file__).resolve().parent
    if keras.__version__.startswith("3."):
        own = folder / "custom_objects.py"
        if own.exists():
            runpy.run_path(str(own))  # it registers what it defines
        return keras.models.load_model(str(folder / "model.keras"), **options)
    (file,) = folder.glob("model-keras2.*")
    return keras.models.load_model(str(file), **options)
