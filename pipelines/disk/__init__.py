"""The disk: files that survive a power cut, and what a person can do when it fails."""
