"""Keep, exchange, look up and serve translation units: store, matching, formats, terms, report, review."""
