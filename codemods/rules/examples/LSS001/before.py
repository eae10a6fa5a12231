from tensorflow import keras
loss = keras.losses.SparseCategoricalCrossentropy(True, None, 'sum', 'ce')
