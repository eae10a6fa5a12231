"""The reader world: looks at files, without a framework, in a process that a hostile file may crash."""
