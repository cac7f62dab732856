"""The sections of the page: tables become what a reader sees, in the words of one language."""

from __future__ import annotations

from textkit.report import closing, distinctive, opening, results
from textkit.report.blocks import Section
from textkit.report.sources import Sources


def make_sections(src: Sources) -> list[Section]:
    """Return all sections in order; one that has nothing to say is left out."""
    made = [
        opening.glance(src),
        opening.read(src),
        opening.cleaning(src),
        opening.sizes(src),
        distinctive.distinctive(src),
        results.frequency(src),
        results.similarity(src),
        results.vocabulary(src),
        results.topics(src),
        results.clouds(src),
        results.dispersion(src),
        results.trend(src),
        closing.method(src),
        closing.reproduce(src),
    ]
    return [section for section in made if section is not None]
