from tensorflow import keras
inputs = keras.Input((4,))
outputs = keras.layers.Dropout(0.5)(inputs, training=True)
model = keras.Model(inputs, outputs)
model.save('m.keras')
result = [bool((m.predict(np.ones((50, 4)), verbose=0) == 1).all())
          for m in (model, keras.models.load_model('m.keras'))]
