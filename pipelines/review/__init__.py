"""Suspected pictures and the people who look at them: queue, append-only log, sample, local page."""
