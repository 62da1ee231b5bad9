"""The report: one HTML file that shows the suspect units and their positions."""

from tm.report.page import render

__all__ = ["render"]
