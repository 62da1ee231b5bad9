"""The review editor: a local web page in which alignments are mended, every decision kept as it is made."""

__all__: list[str] = []
