"""Python bytecode as data: read, decoded and interpreted over symbolic tensors, never executed.

A ``Lambda`` layer of Keras 1 and 2 stores its function as a marshalled code object. Here it is read without
``marshal.loads`` (:mod:`.marshal`), decoded with the opcode table of the Python that compiled it
(:mod:`.opcodes`, :mod:`.decode`), and interpreted (:mod:`.machine`): concrete values are computed, calls of the
tensor functions on the allow-list (:mod:`.api`) become nodes of a graph (:mod:`.graph`), everything else refuses.

The package ``xdis`` knows the same formats; it is licensed under the GPL, trusts its input, and yields what
``dis`` prints, so that bounds, refusals and one instruction set for all versions would still be written here.
"""
