"""Quality checks over translation units: small functions and data, each with a name, a severity and a switch."""

__all__: list[str] = []
