"""Terminology: concepts and terms, kept beside the memory, looked up, exchanged, won from units, checked."""
