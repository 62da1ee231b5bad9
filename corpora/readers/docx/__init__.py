"""Read Word documents with their numbering, tables and footnotes."""
