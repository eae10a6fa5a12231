from tensorflow import keras
model = keras.models.load_model('saved_model_dir')
