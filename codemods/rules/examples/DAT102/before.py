from tensorflow import keras
image = keras.utils.load_img(path, grayscale=True)
