"""The Merkle tree of the log, its tiles, and signed notes: no database, no clock."""
