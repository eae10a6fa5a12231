"""Sources of the custom objects that some cases use; a copy stands beside each such case."""
