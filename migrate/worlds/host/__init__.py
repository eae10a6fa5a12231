"""The parent's side: starting, limiting, asking and ending the processes of worlds. Imports no framework."""
