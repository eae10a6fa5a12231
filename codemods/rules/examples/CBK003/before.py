from tensorflow import keras
hook = keras.callbacks.ProgbarLogger(count_mode='steps')
