from tensorflow import keras
hook = keras.callbacks.BackupAndRestore('b', 'epoch', False)
result = hook.delete_checkpoint
