"""Read PDF files: from glyphs to lines in reading order."""
