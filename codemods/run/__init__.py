"""Many files of every kind: modules, notebooks, documents and requirement files."""
