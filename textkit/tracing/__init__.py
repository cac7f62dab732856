"""How a number of a table comes about, step by step: `textkit.tracing.trace.trace`."""
