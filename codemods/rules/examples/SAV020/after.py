import keras
import os


def checkpoint_path(path, save_weights_only=False):
    """The path, or one beside it that the constructor of ModelCheckpoint takes."""
    path = os.fspath(path)
    name = path[: -len(".hdf5")] if path.endswith(".hdf5") else path
    if save_weights_only:
        return name if name.endswith(".weights.h5") else f"{name.removesuffix('.h5')}.weights.h5"
    return name if name.endswith((".keras", ".h5")) else f"{name}.keras"


class Keep(keras.callbacks.ModelCheckpoint):
    def __init__(self, filepath, **kwargs):
        super().__init__(checkpoint_path(filepath, kwargs.get("save_weights_only", False)), **kwargs)
        if str(filepath).endswith(".hdf5") and not self.save_weights_only:
            self.filepath = str(filepath)
