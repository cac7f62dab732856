"""Repairs of texts before analysis: rules on strings, one file per family, and the audit of what they did."""
