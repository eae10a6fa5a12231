"""Files of a repository: which there are, how they are read, and how they are written so that a run can be undone."""
