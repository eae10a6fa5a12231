from tensorflow import keras
layer = keras.layers.Dense(2, kernel_constraint='nonneg', kernel_initializer='ones')
layer.build((None, 1))
result = np.array(layer.kernel_constraint(layer.kernel * -1.0))
