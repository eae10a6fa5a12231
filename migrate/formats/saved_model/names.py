"""Names that TensorFlow gives in every SavedModel."""

PROTO = "saved_model.pb"
"""The file that makes a folder a SavedModel."""
DEFAULT_SIGNATURE = "serving_default"
"""The signature that a server answers with when none is asked for (``signature_constants.py`` of TensorFlow)."""
