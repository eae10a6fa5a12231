import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
def batches():
    while True:
        yield (a, b), y

model.fit(batches())
