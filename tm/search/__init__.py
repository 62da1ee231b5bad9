"""Look-ups in translation memories: exact, fuzzy, semantic, concordance, and the analysis of a text."""
