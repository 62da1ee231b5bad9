"""The report: one HTML file that says which pairs not to trust, and shows where they stand."""

from tm.report.page import render

__all__ = ["render"]
