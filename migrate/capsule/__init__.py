"""The capsule: what the legacy and the modern world share of one model.

An architecture as values (:mod:`migrate.capsule.model`), read from any Keras configuration grammar
(:mod:`migrate.capsule.parse`), written back in the final Keras 2 grammar (:mod:`migrate.capsule.emit`), and
carried between processes as JSON and plain arrays (:mod:`migrate.capsule.store`). Never a pickle.
"""
