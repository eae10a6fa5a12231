from keras.preprocessing.image import load_img
image = load_img(path, False, (3, 3))
