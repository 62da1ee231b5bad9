"""Read web pages without navigation and other boilerplate."""
