"""The file of a translation memory: tables, index and maintenance; `tm.store.memory_store.MemoryStore` opens it."""

__all__: list[str] = []
