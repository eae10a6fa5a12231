"""What is this file, and what is inside it: readers that need neither TensorFlow nor Keras.

``identify`` says what a path holds by its content, ``read`` turns it into a ``LegacyArtifact``,
``inspection`` describes it for people. Every refusal is a ``MigrationError`` with a reason code and a next
step.
"""
