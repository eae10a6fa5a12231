from tensorflow import keras
loss = keras.losses.Huber(reduction='auto')
