from tensorflow import keras
layer = keras.layers.experimental.SyncBatchNormalization(axis=1)
