from tensorflow import keras


def run(flag, x, **options):
    layer = keras.layers.LSTM(2, time_major=flag, **options)
    layer(x)
    layer.set_weights([np.sin(np.arange(w.size) + 1.0).reshape(w.shape) for w in layer.get_weights()])
    y = layer(x)
    return [np.array(part) for part in (y if isinstance(y, (list, tuple)) else [y])]


x = np.sin(np.arange(24.0)).reshape(2, 4, 3).astype('float32')
all_of_it = {'return_sequences': True, 'return_state': True}
result = [run(flag, x, **options) for flag in (False, True)
          for options in ({}, {'return_sequences': True}, all_of_it)]
