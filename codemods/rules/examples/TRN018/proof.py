from tensorflow import keras
a, b = keras.Input((1,)), keras.Input((1,))
model = keras.Model([a, b], keras.layers.add([a, b]))
model.compile('sgd', 'mse')
one = np.ones((2, 1), 'float32')
def batches():
    while True:
        yield [one, one], one
result = model.evaluate(batches(), steps=1, verbose=0)
