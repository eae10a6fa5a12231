from tensorflow import keras

model = keras.Sequential()
