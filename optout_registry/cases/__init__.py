"""A request as a case: whom to answer and until when, what was written, and what is deleted in time."""
