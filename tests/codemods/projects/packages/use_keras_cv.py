import keras
import keras_cv

drop = keras_cv.layers.DropPath(0.1)  # found
model = keras.Sequential([keras.layers.Dense(2), drop])
print(model(keras.ops.ones((1, 3))).shape)
