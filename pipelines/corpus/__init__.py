"""The store of a corpus: objects named by their digest, the chain of versions, staging, its sweep."""
