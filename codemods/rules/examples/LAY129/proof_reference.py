from tensorflow import keras
layers = [keras.layers.Dense(4, kernel_initializer=keras.initializers.RandomNormal()) for _ in range(2)]
for layer in layers:
    layer.build((None, 4))
result = bool(np.allclose(*[layer.get_weights()[0] for layer in layers]))
