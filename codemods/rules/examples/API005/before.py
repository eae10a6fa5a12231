from tensorflow import keras
estimator = keras.estimator.model_to_estimator(model)
