from tensorflow import keras
model = keras.models.load_model('old.h5')
