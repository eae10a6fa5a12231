from tensorflow import keras
try:
    keras.utils.load_img('missing.png', grayscale=True)
except (ImportError, FileNotFoundError) as error:
    result = type(error).__name__
