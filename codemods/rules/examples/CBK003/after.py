import keras
hook = keras.callbacks.ProgbarLogger()
