"""What the names and expressions of a file stand for, in the file and across a repository."""
