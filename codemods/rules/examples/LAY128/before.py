from keras.applications import VGG16

model = VGG16()
model.layers.pop()
model.outputs = [model.layers[-1].output]
