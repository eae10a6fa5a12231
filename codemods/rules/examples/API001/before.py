from tensorflow import keras
queue = keras.utils.OrderedEnqueuer(batches)
