import keras_core

model = keras_core.Sequential([keras_core.layers.Dense(2)])  # found
print(model(keras_core.ops.ones((1, 3))).shape)  # found
