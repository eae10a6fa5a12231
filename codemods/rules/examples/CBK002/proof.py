from tensorflow import keras
seen = []
hook = keras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))
model = keras.Sequential([keras.layers.Dense(1)])
model.compile('sgd', 'mse')
model.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=2, verbose=0, callbacks=[hook])
result = seen
