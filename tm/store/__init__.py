"""The memory's file: tables, index and how they are kept; `tm.store.memory.Memory` is the door to it."""

__all__: list[str] = []
