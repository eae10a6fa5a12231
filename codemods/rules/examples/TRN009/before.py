from tensorflow import keras
model = keras.Sequential()
model.reset_states()
