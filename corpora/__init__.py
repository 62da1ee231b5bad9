"""Text in, structure out, nothing lost: readers, cleaning, outline, sentence splitting, fetching."""
