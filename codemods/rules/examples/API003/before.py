from tensorflow import keras
flow = keras.preprocessing.image.ImageDataGenerator()
