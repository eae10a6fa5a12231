import keras
model = keras.Sequential()
for layer in model.layers:
    if hasattr(layer, 'reset_states'):
        layer.reset_states()
