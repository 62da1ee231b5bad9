"""Files that hold a text and its translation: which languages, in which layout, and one document for each."""
