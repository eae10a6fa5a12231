import tensorflow as tf
from tensorflow import keras
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='ones')])
result = [type(model(np.ones((3, 2), 'float32')).numpy()).__name__, model(np.ones((3, 2))).numpy()]
