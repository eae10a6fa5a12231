from keras.models import load_model

model = load_model('model.keras')
angle = float(model.predict(image, batch_size=1))
