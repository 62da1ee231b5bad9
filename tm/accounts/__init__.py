"""Users, tokens, projects and roles of a server, in one SQLite file; what each role may do is one table."""
