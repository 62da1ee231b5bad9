"""Two documents in, beads out: evidence, search, hierarchy, checks and evaluation."""
