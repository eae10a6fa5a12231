from tensorflow import keras
one_hot = keras.utils.to_categorical(y=[0, 1], num_classes=2)
