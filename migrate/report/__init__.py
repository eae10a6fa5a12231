"""Reports: the JSON contract of ``keras-migrate models``, and the compatibility report of a repository."""
