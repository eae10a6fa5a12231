from keras import backend as K
x = K.tf.reshape(K.tf.range(16.0), (1, 4, 4, 1))
counted = K.control_flow_ops.while_loop(lambda i: i < 5, lambda i: i + 1, [K.tf.constant(0)])
held = K.tensor_array_ops.TensorArray('float32', size=2).write(0, 1.0).write(1, 2.0)
mapped = K.functional_ops.map_fn(lambda v: v * 2, x)
result = [K.tf.image.flip_up_down(x).numpy(), counted.numpy(), held.stack().numpy(), mapped.numpy(), K.np.pi]
