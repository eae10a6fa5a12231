"""Load this model with the Keras that is installed: ``model.keras`` in Keras 3, the file of Keras 2 before.

``load_model()`` takes what ``keras.models.load_model`` takes. The file needs nothing beside the models and, where
there is one, ``custom_objects.py``; ``proof.npz`` holds inputs and outputs that both compute.
"""

import runpy
from pathlib import Path
from typing import Any

try:
    import keras
except ImportError:  # TensorFlow up to 2.5 comes without the package
    from tensorflow import keras


def load_model(**options: Any) -> Any:
    """The model, by the Keras that is there."""
    folder = Path(__file__).resolve().parent
    if keras.__version__.startswith("3."):
        own = folder / "custom_objects.py"
        if own.exists():
            runpy.run_path(str(own))  # it registers what it defines
        return keras.models.load_model(str(folder / "model.keras"), **options)
    (file,) = folder.glob("model-keras2.*")
    return keras.models.load_model(str(file), **options)
