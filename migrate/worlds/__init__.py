"""Warm subprocesses that read hostile files or hold TensorFlow: the reader, the legacy, the modern and the stock world.

``host`` is the parent's side, ``guest`` what runs inside every process, and ``contracts`` what the two say to each
other; ``reader``, ``legacy``, ``modern`` and ``stock`` are what one world adds, ``lockstep`` what legacy and modern
share. ``host`` and ``contracts`` import neither TensorFlow nor Keras.
"""
