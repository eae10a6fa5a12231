from keras import backend as K


def enlarged(x):
    return K.tf.image.flip_up_down(x) + K.np.pi
