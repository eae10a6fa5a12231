"""TensorFlow checkpoints (tensor bundles), read without TensorFlow."""
