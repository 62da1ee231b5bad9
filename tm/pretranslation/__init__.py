"""Fill the empty translations of a file from memories: XLIFF, PO, and documents, which become XLIFF or a Word table."""
