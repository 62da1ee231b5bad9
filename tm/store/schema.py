"""The tables of a memory, and the numbered steps that update older files.

Each text is stored once, whether it is a source, a target or the context of a neighbour. So a memory can be searched in
either direction, duplicates cost nothing, and contexts are numbers. `PRAGMA user_version` is the number of the last
migration that was applied, `application_id` identifies files of duiyi.
"""

import sqlite3

from corpora import migrations

__all__ = ["APPLICATION", "MIGRATIONS", "VERSION", "migrate"]

APPLICATION = 0x44755969  # "DuYi"

_FIRST = """
CREATE TABLE languages (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);
-- key: see tm.folding.key.
CREATE TABLE texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, language INTEGER NOT NULL, key INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX texts_by_key ON texts (key);
-- What many units share, as JSON: kind, signature, author, notes, properties.
CREATE TABLE details (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, content TEXT NOT NULL);
CREATE INDEX details_by_key ON details (key);
CREATE TABLE origins (
    id INTEGER PRIMARY KEY, source_file TEXT NOT NULL, target_file TEXT NOT NULL, section TEXT NOT NULL,
    UNIQUE (source_file, target_file, section));
-- status: 0 rejected, 1 unreviewed, 2 reviewed. Dates: seconds since 1970, UTC.
CREATE TABLE units (
    id INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, target INTEGER NOT NULL, count INTEGER NOT NULL,
    status INTEGER NOT NULL, score REAL, created INTEGER, changed INTEGER, details INTEGER NOT NULL);
CREATE UNIQUE INDEX units_by_pair ON units (source, target);
CREATE INDEX units_by_target ON units (target);
-- Where a unit was found. 0 and '' stand for what is not known. Ids are joined by spaces.
CREATE TABLE places (
    unit INTEGER NOT NULL, previous INTEGER NOT NULL, next INTEGER NOT NULL, origin INTEGER NOT NULL,
    page INTEGER NOT NULL, source_ids TEXT NOT NULL, target_ids TEXT NOT NULL,
    PRIMARY KEY (unit, previous, next, origin, page, source_ids, target_ids)) WITHOUT ROWID;
-- The index: see tm.store.index_segments.
CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, language TEXT NOT NULL, size INTEGER NOT NULL,
    ids BLOB NOT NULL, lengths BLOB NOT NULL, bits BLOB NOT NULL);
CREATE TABLE postings (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE words (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO state VALUES ('indexed', 0);
"""

_HISTORY = """
CREATE TABLE changes (id INTEGER PRIMARY KEY AUTOINCREMENT, moment INTEGER NOT NULL, action TEXT NOT NULL);
-- The units that a change touched, as they were before it, '' for one that it made: see tm.store.history.
CREATE TABLE earlier (
    change INTEGER NOT NULL, unit INTEGER NOT NULL, content TEXT NOT NULL, PRIMARY KEY (change, unit)) WITHOUT ROWID;
"""

_SINGLES = """
-- 1 for segments with lists of single characters.
ALTER TABLE segments ADD COLUMN singles INTEGER NOT NULL DEFAULT 0;
"""

_TOGETHER = """
-- Imports that were not finished: how many units of each are in the memory.
CREATE TABLE imports (name TEXT PRIMARY KEY, done INTEGER NOT NULL, moment INTEGER NOT NULL) WITHOUT ROWID;
-- What two memories had in common when they were last synchronised: see tm.jobs.synchronise.
CREATE TABLE synced (
    partner INTEGER NOT NULL, unit INTEGER NOT NULL, state INTEGER NOT NULL, PRIMARY KEY (partner, unit)) WITHOUT ROWID;
-- By which a memory is known wherever its file is.
INSERT INTO state VALUES ('identity', abs(random() / 16));
"""

#: Step n brings a file of version n to version n + 1. Steps that were released are never changed.
MIGRATIONS = (_FIRST, _HISTORY, _SINGLES, _TOGETHER)
VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file behind ``connection`` (in autocommit mode) to `VERSION`, all steps or none of them."""
    migrations.migrate(connection, MIGRATIONS, application=APPLICATION)
