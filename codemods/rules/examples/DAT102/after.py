import keras
image = keras.utils.load_img(path, color_mode='grayscale')
