"""Languages, numerals, list markers, sentences and mentions: what text says, wherever it came from."""
