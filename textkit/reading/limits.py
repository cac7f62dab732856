"""Caps on what reading will take in; a file beyond one is a row of ``corpus.errors`` that says which.

They are far above real documents and far below what would fill a laptop's memory.
"""

from __future__ import annotations

MB = 1 << 20

MAX_FILE_BYTES = 512 * MB
"""Size of one file on disk."""

MAX_MEMBERS = 10_000
"""Files inside one ZIP container (.zip, .docx, .xlsx)."""

MAX_MEMBER_BYTES = 64 * MB
"""Inflated size of one file inside a ZIP container, counted while inflating."""

MAX_TOTAL_BYTES = 256 * MB
"""Inflated size of everything inside one ZIP container, counted while inflating."""

MAX_RATIO = 200
"""Inflated bytes for each stored byte of a member, beyond the first `FREE_BYTES`; real office files stay below 50."""

FREE_BYTES = MB
"""Inflated bytes of a member for which the ratio is not asked: small repetitive files compress without limit."""

MAX_FIELD_CHARACTERS = 64 * MB
"""Characters in one cell of a CSV or TSV table (Python's own default is 131,072)."""

MAX_TABLE_BYTES = 1024 * MB
"""Uncompressed size that the header of a Parquet file announces."""

MAX_HTML_DEPTH = 2_000
"""Nesting of HTML elements; browsers stop at 512."""

MAX_UNDECODABLE = 0.01
"""Share of damaged characters up to which a text is still read (they are left out and reported)."""
