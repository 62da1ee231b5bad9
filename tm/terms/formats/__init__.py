"""Exchange formats of terminology: TBX, tables, OmegaT's glossary, UTX, JSON lines."""
