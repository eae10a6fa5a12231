from tensorflow import keras
inputs = keras.utils.get_source_inputs(tensor, layer=None)
