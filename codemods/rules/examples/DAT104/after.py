from keras.preprocessing.image import load_img
image = load_img(path, target_size=(3, 3))
