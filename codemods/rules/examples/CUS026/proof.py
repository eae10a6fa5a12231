from tensorflow import keras
model = keras.Sequential(name='m')
hook = keras.callbacks.EarlyStopping()
hook.model = model
result = hook.model.name
