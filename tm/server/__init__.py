"""Memories and terms over HTTP: an API, amaGama's protocol, and web pages."""
