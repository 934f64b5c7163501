"""Rules: pure functions over Arrow and NumPy columns. Each says what it proves; nothing here does I/O."""
