from keras.preprocessing.image import load_img
try:
    load_img('missing.png', False, 'rgb', (2, 3))
except (ImportError, FileNotFoundError) as error:
    result = type(error).__name__
