"""Whether the time that readers and checks take grows with the input and no faster."""
