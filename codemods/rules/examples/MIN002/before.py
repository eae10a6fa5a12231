from keras import ops

smaller = ops.image.resize(image=pictures, size=(8, 8))
