"""What the registry's tests agree on."""

from datetime import UTC, datetime

KEY_ID = "registry-0123456789abcdef"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
