import keras
import math
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
model.fit(batches(), steps_per_epoch=math.ceil(len(x) / 3))
