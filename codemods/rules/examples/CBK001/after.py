import keras
hook = keras.callbacks.BackupAndRestore('b', 'epoch', delete_checkpoint=True)
