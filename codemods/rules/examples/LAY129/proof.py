from tensorflow import keras
init = keras.initializers.RandomNormal()
layers = [keras.layers.Dense(4, kernel_initializer=init) for _ in range(2)]
for layer in layers:
    layer.build((None, 4))
result = bool(np.allclose(*[layer.get_weights()[0] for layer in layers]))
