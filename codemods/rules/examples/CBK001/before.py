from tensorflow import keras
hook = keras.callbacks.BackupAndRestore('b', 'epoch', True)
