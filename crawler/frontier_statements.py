"""What the frontier says to state.db, in SQL."""

from __future__ import annotations

INSERT = """
INSERT INTO requests (portal, method, url, body_digest, role, round, priority, ordinal, state,
    attempts, first_seen, body, context)
VALUES (:portal, :method, :url, :body_digest, :role, :round, :priority, :ordinal, 'pending',
    0, :now, :body, :context)
ON CONFLICT DO UPDATE SET context = excluded.context
"""
_AGAIN = ", state = 'pending', round = excluded.round, priority = excluded.priority, "
OPEN_PAGE = INSERT + _AGAIN + "ordinal = excluded.ordinal WHERE round < excluded.round"
SEED = INSERT + _AGAIN + "ordinal = excluded.ordinal WHERE state <> 'pending'"
FILE = (
    INSERT + ", state = 'pending', priority = excluded.priority, ordinal = excluded.ordinal, "
    "reason = 'page changed' WHERE role = 'attachment' AND state IN ('done', 'failed')"
    " AND checked_at < :since"
)
CHANGED = INSERT + _AGAIN + "ordinal = excluded.ordinal, reason = 'row changed'"

DUE = (
    "portal = :portal AND state IN ('done', 'failed')"
    # a clock that was set back must not put a document off for years
    " AND (not_before IS NULL OR not_before <= :now OR checked_at > :now OR checked_at < :all)"
)
DOCUMENT_DUE = f"{DUE} AND role NOT IN ('listing', 'requisite')"
CALL = (
    "UPDATE requests SET state = 'pending', priority = :priority,"
    " ordinal = coalesce(CAST(strftime('%s', checked_at) AS INTEGER), 0) WHERE "
)
NO_MORE_A_REQUISITE = (
    "DELETE FROM requests WHERE role = 'requisite'"
    " AND portal = ? AND method = ? AND url = ? AND body_digest = ?"
)

_LEFT = "SELECT count(*) FROM requests WHERE portal = ? AND state IN ('pending', 'waiting')"
LEFT = f"{_LEFT} AND role <> 'requisite'"
PAGES_LEFT = f"{_LEFT} AND role = 'listing'"

FIRST_DUE = """
SELECT min(not_before), min(CASE WHEN state = 'failed' THEN not_before END) FROM requests
WHERE portal = ? AND role NOT IN ('listing', 'requisite') AND state IN ('done', 'failed')
"""
"""Of a portal's documents, and of those of them that failed."""

_VANISHED = """
SELECT url FROM seen_rows old WHERE portal = :portal AND round < :round
AND EXISTS (SELECT 1 FROM seen_rows WHERE portal = :portal AND listing = old.listing
            AND round = :round)
AND NOT EXISTS (SELECT 1 FROM seen_rows WHERE portal = :portal AND url = old.url
                AND round = :round)
"""
CALL_VANISHED = (
    "UPDATE requests SET state = 'pending', priority = 0, reason = 'row gone'"  # noqa: S608
    " WHERE portal = :portal AND role <> 'listing' AND state <> 'pending'"
    f" AND url IN ({_VANISHED})"
)
FORGET_VANISHED = (
    f"DELETE FROM seen_rows WHERE portal = :portal AND round < :round AND url IN ({_VANISHED})"  # noqa: S608
)
