import keras
one_hot = keras.utils.to_categorical(x=[0, 1], num_classes=2)
