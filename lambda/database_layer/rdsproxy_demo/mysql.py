"""The demo's statements in MySQL's dialect."""

from __future__ import annotations

# A user sees only tables that it has a privilege on. Older tables compared keys without case.
READY = """SELECT COUNT(*) = 2 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND (table_name = 'items' AND column_name = 'id'
        OR table_name = 'visits' AND column_name = 'request' AND collation_name = 'utf8mb4_bin')"""
KEY = "request VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL"
CREATE = (
    "CREATE TABLE IF NOT EXISTS items (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL)",
    f"""CREATE TABLE IF NOT EXISTS visits (
        id BIGINT AUTO_INCREMENT PRIMARY KEY,
        visited_at DATETIME(6) NOT NULL,
        {KEY} UNIQUE
    )""",
    f"ALTER TABLE visits MODIFY {KEY}",
)
SEED = "INSERT INTO items (id, name) VALUES (%s, %s) ON DUPLICATE KEY UPDATE name = name"
LOAD = "SELECT id, name FROM items WHERE id > %s ORDER BY id LIMIT %s"
INSERT_VISIT = (
    "INSERT INTO visits (visited_at, request) VALUES (UTC_TIMESTAMP(6), %s)"
    " ON DUPLICATE KEY UPDATE request = request"
)
LIST_VISITS = "SELECT id, visited_at FROM visits WHERE id < %s ORDER BY id DESC LIMIT %s"
# MySQL has an account for each pair of name and host.
LIST_USERS = "SELECT DISTINCT user FROM mysql.user ORDER BY user"
