"""Turn the lines of a page into the blocks of a document: named steps, each of which records what it changed."""
