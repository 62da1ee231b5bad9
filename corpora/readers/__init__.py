"""Read documents: one module or package for each file type, and `reading.read` for all of them."""
