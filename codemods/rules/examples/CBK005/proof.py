from tensorflow import keras

keras.backend.clear_session()
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones')])
model.build((None, 2))
model.compile(keras.optimizers.SGD(0.01), 'mse')
saved = []
hooks = [
    keras.callbacks.ModelCheckpoint('every-{epoch}.weights.h5', save_weights_only=True, period=2),
    keras.callbacks.ModelCheckpoint('best-{epoch}.weights.h5', 'loss', save_weights_only=True, save_best_only=True, period=3),
]
model.fit(np.ones((4, 2)), np.zeros((4, 1)), epochs=7, verbose=0, callbacks=hooks)
result = sorted(name for name in os.listdir() if name.endswith('.weights.h5'))
