"""Terminology: concepts and terms are stored next to the memory, looked up, exchanged, extracted and checked."""
