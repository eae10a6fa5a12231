import tempfile
import keras


def again(model):
    path = tempfile.mktemp() + 'model.keras'
    model.save(path)
    return keras.models.load_model(path)
