from tensorflow import keras
result = keras.utils.to_categorical(y=[0, 1], num_classes=2)
