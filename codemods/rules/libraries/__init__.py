"""Names of libraries that programs use beside Keras, and that left since they were written (family ``LIB``)."""
