"""The pure function of law 3: rows of a split in; shard, ledger part, footprint part and result out."""
