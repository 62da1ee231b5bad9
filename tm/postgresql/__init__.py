"""PostgreSQL servers for memories and term bases: addresses, connections, errors, schemas."""
