import keras
loss = keras.losses.Huber(reduction='sum_over_batch_size')
