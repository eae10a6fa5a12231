"""The compatibility report: one model of a repository and its artifacts, built from two JSON contracts.

``contracts`` reads the output of ``keras-migrate code`` and ``keras-migrate models``, ``references`` and ``links``
connect the two, ``build`` joins everything into the records of ``records``. Nothing here imports
TensorFlow or Keras, and nothing here writes: the formats are in ``migrate.report.writers``.
"""
