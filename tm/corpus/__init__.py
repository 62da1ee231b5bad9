"""Build parallel corpora from many documents, on one machine or on a cluster."""
