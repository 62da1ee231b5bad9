"""What the review editor and the memory server share: where they listen and who may talk to them."""
