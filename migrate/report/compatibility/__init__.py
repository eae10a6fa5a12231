"""The compatibility report: one model of a repository and its artifacts, built from two JSON contracts.

``contracts`` reads what ``keras-migrate code`` and ``keras-migrate models`` say, ``references`` and ``links``
tie the two together, ``build`` joins everything into the records of ``records``. Nothing here imports
TensorFlow or Keras, and nothing here writes: the formats are in ``migrate.report.writers``.
"""
