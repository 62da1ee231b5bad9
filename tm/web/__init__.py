"""What the review editor and the memory server share: listening, access control, limits, uploads."""
