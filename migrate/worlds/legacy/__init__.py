"""The legacy world: tf-keras under ``TF_USE_LEGACY_KERAS``. Only its worker imports this."""
