from __future__ import annotations

import pytest

from textkit import drawing
from textkit.errors import ArgumentError
from textkit.plots.dispersion import plot_dispersion


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def hits(ax):
    """Places of the ticks by track."""
    return {
        c.get_label(): [float(path.vertices[0, 0]) for path in c.get_paths()]
        for c in ax.collections
        if c.get_label().startswith("_") and "|" in c.get_label()
    }


def counts(ax):
    return [text.get_text() for text in ax.texts if text.get_text().isdigit()]


def test_a_track_for_each_term_and_document(make):
    ax = plot_dispersion(make("occurrences"))
    assert ticks(ax) == ["甲", "乙", "甲", "乙"]
    assert hits(ax) == {
        "_网格|甲": [0.0, 0.1, 0.2], "_网格|乙": [0.01, 0.11, 0.21],
        "_信访|甲": [0.0, 0.1, 0.2], "_信访|乙": [0.01, 0.11, 0.21],
    }  # fmt: skip
    assert counts(ax) == ["3", "3", "3", "3"]
    assert ax.get_xlim() == (0, 1)
    heads = [text.get_text() for text in ax.texts if not text.get_text().isdigit()]
    assert heads == ["网格", "信访"]


def test_one_term_names_documents_one_document_names_terms(make):
    one_term = plot_dispersion(make("occurrences"), n=1)
    assert ticks(one_term) == ["甲", "乙"] and one_term.get_title(loc="left") == "网格"
    one_doc = plot_dispersion(make("occurrences", docs=("甲",)), labels={"甲": "甲市"})
    assert ticks(one_doc) == ["网格", "信访"] and one_doc.get_title(loc="left") == "甲市"


def test_positions_in_tokens(make):
    ax = plot_dispersion(make("occurrences"), scale="tokens", lang="en")
    assert hits(ax)["_网格|乙"] == [1, 11, 21]
    assert ax.get_xlim() == (0, 100)
    assert ax.get_xlabel() == "Position (tokens)"


def test_documents_without_a_hit_are_drawn_when_named(make):
    ax = plot_dispersion(make("occurrences"), n=1, docs=["丙", "甲"])
    assert ticks(ax) == ["丙", "甲"]
    assert counts(ax) == ["0", "3"]
    assert drawing.recall([ax])[0].table["doc"].unique().tolist() == ["甲"]
    # labels are names only: they must not make documents appear as if nothing had been found in them
    assert ticks(plot_dispersion(make("occurrences"), n=1, labels={"丙": "丙市"})) == ["甲", "乙"]
    for wrong in ("甲", []):
        with pytest.raises(ArgumentError, match="docs must be a sequence of document names"):
            plot_dispersion(make("occurrences"), docs=wrong)


def test_too_many_tracks(make):
    table = make("occurrences", terms=tuple("abcde"), docs=tuple(f"d{i}" for i in range(25)))
    with pytest.raises(ArgumentError) as error:
        plot_dispersion(table)
    assert str(error.value) == (
        "5 terms in 25 documents make 125 tracks; one figure holds 120. "
        'Choose some: n= for terms, table[table["doc"].isin([...])] for documents.'
    )
    assert len(ticks(plot_dispersion(table, n=2))) == 50
