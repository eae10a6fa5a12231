"""The allow-list: what interpreted bytecode may name, and what each name does to symbolic tensors."""

from migrate.bytecode.api.names import global_value, member

__all__ = ["global_value", "member"]
