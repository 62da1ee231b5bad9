"""A memory on a PostgreSQL server: its tables, those of the file (`tm.store.schema`) with types of PostgreSQL.

What differs has a reason: entries of a B-tree have at most 2,700 bytes, so lists of ids and sections are indexed by a
hash; the arrays and lists of the index are not compressed, since they barely become smaller and every look-up would
have to unpack them; numbers of rows come from a table, so that they grow in the order of commits.
"""

from typing import ClassVar

from tm.postgresql.address import Address
from tm.postgresql.server import Schema, SchemaKind

__all__ = ["SchemaMemory"]

_FIRST = """
CREATE TABLE numbers (name text PRIMARY KEY, last bigint NOT NULL);
INSERT INTO numbers VALUES ('texts', 0), ('units', 0), ('segments', 0), ('changes', 0);
CREATE TABLE languages (id bigint PRIMARY KEY, code text NOT NULL UNIQUE);
CREATE TABLE texts (id bigint PRIMARY KEY, language bigint NOT NULL, key bigint NOT NULL, text text NOT NULL);
CREATE INDEX texts_by_key ON texts (key);
CREATE TABLE details (id bigint PRIMARY KEY, key bigint NOT NULL, content text NOT NULL);
CREATE INDEX details_by_key ON details (key);
CREATE TABLE origins (
    id bigint PRIMARY KEY, source_file text NOT NULL, target_file text NOT NULL, section text NOT NULL);
CREATE INDEX origins_by_file ON origins USING hash (source_file);
CREATE INDEX origins_by_section ON origins USING hash (section);
CREATE UNIQUE INDEX origins_by_all ON origins (md5(source_file || chr(1) || target_file || chr(1) || section));
CREATE TABLE units (
    id bigint PRIMARY KEY, source bigint NOT NULL, target bigint NOT NULL, count bigint NOT NULL,
    status bigint NOT NULL, score double precision, created bigint, changed bigint, details bigint NOT NULL);
CREATE UNIQUE INDEX units_by_pair ON units (source, target);
CREATE INDEX units_by_target ON units (target);
CREATE TABLE places (
    unit bigint NOT NULL, previous bigint NOT NULL, next bigint NOT NULL, origin bigint NOT NULL,
    page bigint NOT NULL, source_ids text NOT NULL, target_ids text NOT NULL);
CREATE UNIQUE INDEX places_by_unit ON places (
    unit, previous, next, origin, page, hashtextextended(source_ids, 0), hashtextextended(target_ids, 0));
CREATE TABLE segments (
    id bigint PRIMARY KEY, language text NOT NULL, size bigint NOT NULL, ids bytea NOT NULL, lengths bytea NOT NULL,
    bits bytea NOT NULL, singles bigint NOT NULL);
CREATE TABLE postings (id bigint PRIMARY KEY, data bytea NOT NULL);
ALTER TABLE segments ALTER ids SET STORAGE EXTERNAL, ALTER lengths SET STORAGE EXTERNAL,
    ALTER bits SET STORAGE EXTERNAL;
ALTER TABLE postings ALTER data SET STORAGE EXTERNAL;
CREATE TABLE words (word text COLLATE "C" PRIMARY KEY);
CREATE TABLE changes (id bigint PRIMARY KEY, moment bigint NOT NULL, action text NOT NULL);
CREATE TABLE earlier (
    change bigint NOT NULL, unit bigint NOT NULL, content text NOT NULL, PRIMARY KEY (change, unit));
CREATE TABLE imports (name text PRIMARY KEY, done bigint NOT NULL, moment bigint NOT NULL);
CREATE TABLE synced (
    partner bigint NOT NULL, unit bigint NOT NULL, state bigint NOT NULL, PRIMARY KEY (partner, unit));
INSERT INTO state VALUES ('indexed', 0), ('identity', 0);
UPDATE state SET value = ('x' || left(replace(gen_random_uuid()::text, '-', ''), 15))::bit(60)::bigint
    WHERE name = 'identity';
CREATE FUNCTION instr(text, text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT strpos($1, $2)';
CREATE FUNCTION json_extract(text, text) RETURNS text IMMUTABLE LANGUAGE sql AS
    'SELECT $1::json ->> substr($2, 3)';
"""

_TYPES = {
    "texts": "int8 int8 int8 text",
    "details": "int8 int8 text",
    "units": "int8 int8 int8 int8 int8 float8 int8 int8 int8",
    "places": "int8 int8 int8 int8 int8 text text",
    "postings": "int8 bytea",
    "earlier": "int8 int8 text",
    "synced": "int8 int8 int8",
}
_KIND = SchemaKind("translation memory", (_FIRST,), {table: types.split() for table, types in _TYPES.items()})


class SchemaMemory(Schema):
    """The schema of one memory."""

    #: Other clients wait for a transaction, so it is one batch.
    REMOTE: ClassVar[bool] = True
    TRANSACTION: ClassVar[int] = 5_000

    def __init__(self, address: Address, *, create: bool) -> None:
        super().__init__(address, _KIND, create=create)

    def release(self) -> None:
        """Give unused space back, and count what the planner of queries needs to know."""
        self.outside(*(f"VACUUM ANALYZE {table}" for table in ("units", "places", "texts", "details", "postings")))

    def size(self) -> int:
        """The size of all tables in bytes."""
        with self.reading() as connection:
            (size,) = connection.execute(
                "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = ?::regnamespace",
                (f'"{self.path.schema}"',),
            ).fetchone()
        return int(size)

    def problems(self) -> list[str]:
        """Nothing: the server checks its pages itself."""
        return []
