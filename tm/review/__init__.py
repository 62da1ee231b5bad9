"""The review editor: a local web page in which alignments are corrected; every decision is saved at once."""

__all__: list[str] = []
