"""Whole tasks on files: align a pair, align many, import units into a memory."""
