"""Quality checks of translation units: each check has a name, a severity and a switch, and is a small function."""

__all__: list[str] = []
