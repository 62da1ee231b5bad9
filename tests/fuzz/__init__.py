"""Hostile and damaged input, made by rule: every reader must give a result or one of the project's own exceptions."""
