"""Memories and terms over HTTP: amaGama's protocol, an API of our own, and a page to ask from."""
