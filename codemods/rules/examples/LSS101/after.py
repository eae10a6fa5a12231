import keras
loss = keras.losses.MeanSquaredError(reduction='none')
