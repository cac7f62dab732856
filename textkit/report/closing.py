"""The last sections: how it was done, and how to do it again."""

from __future__ import annotations

from textkit import __version__
from textkit.report.blocks import (
    Block,
    Code,
    Facts,
    Files,
    Heading,
    Section,
    Text,
)
from textkit.report.sources import Sources


def method(src: Sources) -> Section:
    """Say how it was computed, with sources."""
    say, settings, facts = src.say, src.settings, src.analysis.facts
    counts = src.analysis.counts
    segmenter = counts.tokens.segmenter
    if settings.stopwords is None:
        counting = say("method_filter_none")
    else:
        name = settings.stopwords if isinstance(settings.stopwords, str) else say("own_list")
        counting = say("method_filter_text", stopwords=name, n=counts.n_stopwords)
    lines = [(say("method_segmenter"), segmenter), (say("method_filter"), counting)]
    if "keyness" in src.analysis.tables:
        lines += [
            (say("method_keyness"), say("method_keyness_text", min_count=facts["min_count"])),
            (say("method_tfidf"), say("method_tfidf_text")),
            (say("method_similarity"), say("method_similarity_text")),
        ]
    if facts["topics"] == "fitted":
        text = say("method_topics_text", method=facts["topic_method"], seed=settings.random_state)
        lines.append((say("method_topics"), text))
    return Section("method", say("method"), [Facts(tuple(lines))])


def reproduce(src: Sources) -> Section:
    """Say how to make the report again and how to cite it."""
    say = src.say
    versions = ", ".join(f"{name} {number}" for name, number in src.versions.items())
    cite = say(
        "cite_text",
        version=__version__,
        python=src.versions.get("python", ""),
        title=src.settings.title or say("report"),
        hash=src.input_hash[:16],
    )
    blocks: list[Block] = [
        Text(say("reproduce_lead")),
        Code(src.command),
        Facts(
            (
                (say("seed"), str(src.settings.random_state)),
                (say("input_hash"), src.input_hash),
                (say("versions"), versions),
                (say("cite"), cite),
            )
        ),
    ]
    if src.files:
        blocks += [Heading(say("files")), Files(src.files)]
    return Section("reproduce", say("reproduce"), blocks)
