"""Archives of Keras 3: held against its releases, and rewritten for those that are named."""
