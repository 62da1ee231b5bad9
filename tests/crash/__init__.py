"""Programs that are killed while they write: what was acknowledged stays, and every store opens."""
