"""What the registry's tests agree on."""

import os
from datetime import UTC, datetime

from optout_registry.objections import WithdrawalProof

KEY_ID = "registry-0123456789abcdef"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LOG_SECRET = bytes(range(32))
"""Of the key that signs the log."""
PROOF = WithdrawalProof.ACCOUNT_LOGIN
"""Of a withdrawal, where nothing hangs on it."""
SERVER = os.environ.get("OPTOUT_POSTGRESQL")
"""URL of a PostgreSQL server's database, on which the tests run instead of SQLite; None: on SQLite."""
