import tempfile
from tensorflow import keras


def again(model):
    path = tempfile.mktemp() + 'model.h5'
    model.save(path)
    return keras.models.load_model(path)
