"""Tables and blobs, embedded (SQLite, a folder) or shared (PostgreSQL). Start at :mod:`audiokit.store.database`."""
