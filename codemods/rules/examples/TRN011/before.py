from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
model.compile('sgd', 'mse', experimental_run_tf_function=False)
