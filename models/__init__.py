"""Text to vectors: one encoder protocol, the built-in encoder, optional back-ends, the vector cache."""
