from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
x, y = np.ones((8, 2), 'float32'), np.zeros((8, 1), 'float32')
model.compile('sgd', 'mse')
def batches():
    while True:
        yield x, y
seen = []
class Count(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        seen.append('train')
    def on_test_batch_end(self, batch, logs=None):
        seen.append('test')
model.fit(batches(), steps_per_epoch=10 / 3, validation_data=batches(), validation_steps=5 / 2,
          verbose=0, callbacks=[Count()])
result = [seen, len(model.predict(batches(), steps=7 / 2, verbose=0))]
