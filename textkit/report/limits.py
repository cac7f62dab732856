"""How much a report shows and what it needs at least; everything beyond is in the tables only."""

from __future__ import annotations

SECTIONS = 30
"""Documents or groups with a section of their own, by number of words."""
CLOUDS = 12
"""Word clouds, and panels of the small multiples."""
LINES = 7
"""Documents or groups in one chart by colour."""
HEAT = 60
"""Documents or groups in a heat map."""
PAIRS = 200
"""Documents or groups that are compared with the rest and with each other; of more, those with the most words."""
ROWS = 200
"""Words of each unit in a table, if there are more units than sections."""
TRACKS, TRACK_TERMS = 72, 6
"""Tracks of the dispersion plot (terms times documents), and its terms; with more than 12 documents half of them."""
TICKS = 20_000
"""Occurrences that a dispersion plot can show."""

TOP_TERMS = 12
"""Distinctive words of a unit on the page."""
CHART_TERMS = 10
"""Distinctive words at each end of a chart."""
PASSAGE_TERMS, PASSAGES, WIDTH = 8, 3, 22
"""Distinctive words with passages, passages of each, characters on each side."""
TFIDF_TERMS, TOPIC_TERMS, TOPIC_PASSAGES = 10, 10, 2
CLOUD_TERMS, COMPARISON_TERMS, FREQUENT_TERMS, TREND_TERMS = 80, 30, 20, 6
SHARED_WORDS, UNSHARED_WORDS = 40, 25
TABLE_ROWS = 60
"""Rows of a long table on the page."""
PASSAGE_LENGTH = 160
"""Characters shown of a paragraph."""

SAMPLE, ALL_DOCUMENTS = 3, 8
"""Documents that a group needs, and all groups together, for a test with documents as the sample."""
FEW_WORDS = 300
"""With fewer counted words than this, rates are unsteady: the report says so."""
UNEQUAL = 5
"""The longest unit this many times the shortest: the report says so."""
TOPIC_PARAGRAPHS, TOPIC_WORDS = 30, 8
"""What a topic model needs: paragraphs, and counted words in each of them."""
LARGE = 20_000
"""Words from which on a word must occur five times to be compared, not three."""
