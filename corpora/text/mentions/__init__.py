"""Find numbers, dates, references and other values that must be equal on both sides of a translation."""
