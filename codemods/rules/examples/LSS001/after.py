import keras
loss = keras.losses.SparseCategoricalCrossentropy(True, None, 'sum', name='ce')
