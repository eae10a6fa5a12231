"""The capsule: the form of a model that the legacy and the modern world share.

An architecture as values (:mod:`migrate.capsule.model`), read from any Keras configuration format
(:mod:`migrate.capsule.parse`), written back in the final Keras 2 format (:mod:`migrate.capsule.emit`), and
passed between processes as JSON and plain arrays (:mod:`migrate.capsule.store`). Never a pickle.
"""
