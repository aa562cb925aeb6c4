"""commands answer: one file a command, synchronous functions of values."""
