"""Plots of dots with intervals by their artists: lockwords, pairs, collocations, agreement_categories."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit import drawing
from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.plots.agreement_categories import plot_agreement_categories
from textkit.plots.collocations import plot_collocations
from textkit.plots.forest import limits
from textkit.plots.lockwords import plot_lockwords
from textkit.plots.pairs import plot_pairs
from textkit.stats.agreement import agreement_categories
from textkit.stats.collocations import collocations
from textkit.stats.delta import delta
from textkit.stats.entropy import kl_divergence
from textkit.stats.lockwords import lockwords
from textkit.stats.similarity import similarity, term_similarity
from textkit.tokenization import tokenize

NONE = np.full(2, np.nan)


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def dots(ax):
    found = [line for line in ax.lines if line.get_marker() == "o" and len(line.get_xdata()) == 1]
    return [float(line.get_xdata()[0]) for line in sorted(found, key=lambda line: line.get_ydata()[0])]


def no_overlap(texts):
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    return not any(a.shrunk(0.9, 0.8).overlaps(b.shrunk(0.9, 0.8)) for i, a in enumerate(boxes) for b in boxes[:i])


class TestLimits:
    def test_whole_intervals_if_there_is_room(self):
        left, right = limits(np.array([0.0, 1.0]), np.array([-0.5, 0.8]), np.array([0.2, 1.5]))
        assert (left, right) == pytest.approx((-0.6, 1.6))

    def test_long_intervals_are_cut(self):
        left, right = limits(np.array([0.0, 1.0]), np.array([-np.inf, 0.0]), np.array([0.5, 99.0]))
        # the dots keep a third of the room; an infinite end counts as no end at all
        assert left == pytest.approx(-0.1) and right == pytest.approx(2.1)

    def test_nothing_is_inside_and_one_value_has_room(self):
        left, right = limits(np.array([3.0]), NONE[:1], NONE[:1], zero=0.0)
        assert left < 0 < 3 < right
        left, right = limits(np.array([3.0, 3.0]), NONE, NONE)
        assert left < 3 < right
        left, right = limits(np.array([np.inf, np.nan]), NONE, NONE)
        assert left < right
        left, right = limits(np.array([0.5, 8.0]), NONE, NONE, zero=1.0, log=True)
        assert 0 < left < 0.5 and right > 8


class TestLockwords:
    DTM = DocumentTermMatrix([[500, 10, 490], [510, 30, 460]], ["的", "信访", "其他"])

    def test_the_band_and_who_is_in_it(self):
        table = lockwords(self.DTM, "doc1", measure="log_ratio")
        ax = plot_lockwords(table, labels={"doc1": "甲"})
        assert names(ax) == ["的", "其他", "信访"]
        assert dots(ax) == pytest.approx(table["effect"].tolist(), rel=1e-5)
        faces = [line.get_markerfacecolor() for line in ax.lines if line.get_marker() == "o"]
        assert [face == "white" for face in faces] == [False, False, True]
        (band,) = [patch for patch in ax.patches if patch.get_width() == pytest.approx(1.0)]
        assert band.get_x() == pytest.approx(-0.5)
        assert ax.get_xlabel() == "频率之比（log2），横线为 90% 区间；灰带：±0.5，视为相同；3 个词中 2 个锁定"
        assert {"甲 →", "← 其余文档"} <= {text.get_text() for text in ax.texts}

    def test_without_settings_and_messages(self):
        table = lockwords(self.DTM, "doc1", measure="log_ratio")
        table.attrs = {}
        ax = plot_lockwords(table, n=1, lang="en")
        assert names(ax) == ["的"] and ax.get_xlabel() == "Ratio of rates (log2), with intervals; 2 of 3 words locked"
        with pytest.raises(EmptyError, match="^table has no row with an effect, so there is nothing to draw.$"):
            plot_lockwords(table.assign(effect=np.nan))


class TestPairs:
    DTM = DocumentTermMatrix([[3, 4, 1], [6, 7, 3], [1, 1, 9]], ["网格", "管理", "信访"])

    def test_tables_that_it_takes(self):
        for table, value, first in (
            (similarity(self.DTM), "value", "doc1 — doc2"),
            (delta(self.DTM, n_terms=3), "value", None),
            (term_similarity(self.DTM), "value", "网格 — 管理"),
            (kl_divergence(self.DTM), "divergence", None),
        ):
            ax = plot_pairs(table)
            assert dots(ax) == pytest.approx(table[value].tolist(), rel=1e-5)
            assert first is None or names(ax)[0] == first
        assert " → " in names(ax)[0] and ax.get_xlabel() == "KL 散度（比特）"

    def test_intervals_labels_and_n(self):
        words = tokenize(Corpus(["甲 乙。甲 丙。" * 8, "甲 乙。乙 丙。" * 8, "丁 丙。甲 丁。" * 8]), "spaces")
        table = similarity(words, ci="bootstrap", n_replicates=50)
        ax = plot_pairs(table, n=2, lang="en", labels={"doc1": "A"})
        assert names(ax)[0].startswith("A — ") and len(names(ax)) == 2
        assert ax.get_xlabel() == "Cosine similarity, with 95% intervals; 1 more pairs are left out"
        segments = ax.collections[-1].get_segments()
        left, right = ax.get_xlim()
        for segment, row in zip(segments, table.head(2).itertuples(), strict=True):
            ends = np.clip([row.ci_low, row.ci_high], left, right)
            assert segment[:, 0].tolist() == pytest.approx(ends.tolist(), rel=1e-5)
        (drawn,) = drawing.recall([ax])
        assert drawn.settings["labels"] == {"doc1": "A"}

    def test_infinite_values_are_passed_over(self):
        table = kl_divergence(DocumentTermMatrix([[2, 2, 0], [1, 2, 1]], ["甲", "乙", "丙"]))
        assert names(plot_pairs(table)) == ["doc1 → doc2"]
        with pytest.raises(EmptyError, match="^table has no row with a finite value, so there is nothing to draw.$"):
            plot_pairs(table[np.isinf(table["divergence"])])

    def test_long_names(self):
        table = pd.DataFrame({"doc_a": ["很长的文档名字" * 6] * 2, "doc_b": ["另一个" * 20] * 2, "value": [0.5, 0.4]})
        ax = plot_pairs(table.assign(ci_low=0.3, ci_high=0.6), title="标题")
        ax.figure.canvas.draw()
        assert all("…" in name for name in names(ax)) and no_overlap([*ax.get_yticklabels(), ax.xaxis.label])


class TestCollocations:
    def test_the_measure_that_sorted_the_table(self):
        words = tokenize(
            Corpus(["社会 治理 创新 社会 治理 工作", "社会 治理 创新 工作", "创新 工作 创新 工作"]), "spaces"
        )
        table = collocations(words, measure="log_dice", min_count=1)
        ax = plot_collocations(table, n=3)
        assert names(ax) == table["ngram"].head(3).tolist()
        assert dots(ax) == pytest.approx(table["log_dice"].head(3).tolist(), rel=1e-5)
        assert ax.get_xlabel() == f"logDice；共 {len(table)} 个词串"
        written = [text.get_text() for text in ax.texts]
        assert written[3] == "频次" and written[-1] == "文档"
        other = plot_collocations(table, measure="g2", lang="en")
        assert other.get_xlabel() == "Log-likelihood ratio G²"
        assert drawing.recall([other])[0].settings["measure"] == "g2"

    def test_intervals_belong_to_one_measure(self):
        table = pd.DataFrame(
            {"ngram": ["甲 乙", "乙 丙"], "n": 2, "count": 9, "g2": [9.0, 4.0], "pmi": [2.0, 1.0], "ci_low": [5.0, 1.0],
             "ci_high": [12.0, 400.0]}
        )  # fmt: skip
        ax = plot_collocations(table)
        assert "区间" in ax.get_xlabel()
        assert [line.get_ydata()[0] for line in ax.lines if line.get_marker() == 5] == [1]  # one goes on to the right
        assert "区间" not in plot_collocations(table, measure="pmi").get_xlabel()

    def test_messages(self):
        table = pd.DataFrame({"ngram": ["甲 乙", "甲 乙 丙"], "n": [2, 3], "count": 9, "g2": [9.0, 4.0]})
        with pytest.raises(ArgumentError) as error:
            plot_collocations(table)
        assert str(error.value) == (
            "table has n-grams of 2 lengths (2, 3), whose measures must not be compared. Choose one: "
            'table[table["n"] == 2].'
        )
        with pytest.raises(UnknownNameError, match="unknown measure 'pmi'"):
            plot_collocations(table[:1], measure="pmi")
        with pytest.raises(EmptyError, match="^table has no row with a finite g2, so there is nothing to draw.$"):
            plot_collocations(table[:1].assign(g2=np.inf))


class TestCategories:
    def test_alpha_and_agreement(self):
        wide = pd.DataFrame({"甲": list("aabbccab"), "乙": list("aabbcabb")})
        table = agreement_categories(wide, ci=None)
        ax = plot_agreement_categories(table, labels={"a": "民生"})
        assert names(ax) == ["民生", "b", "c"]
        assert dots(ax) == pytest.approx(table["alpha"].tolist(), rel=1e-5)
        (hollow,) = [line for line in ax.lines if line.get_marker() == "o" and len(line.get_xdata()) == 3]
        assert hollow.get_xdata().tolist() == pytest.approx(table["agreement"].tolist(), rel=1e-5)
        assert ax.get_xlabel() == "各类别的 α（●）和一致比例（○）"
        assert [text.get_text() for text in ax.texts] == [*map(str, table["count"]), "频次"]

    def test_intervals_below_zero_and_unused_categories(self):
        table = pd.DataFrame(
            {"category": ["a", "b"], "count": [9, 0], "agreement": [0.4, np.nan], "alpha": [-0.3, np.nan],
             "ci_low": [-0.8, np.nan], "ci_high": [0.2, np.nan]}
        )  # fmt: skip
        ax = plot_agreement_categories(table, lang="en")
        assert ax.get_xlim()[0] < -0.8 and len(dots(ax)) == 1 and ax.get_xlabel().endswith(", with intervals")
        with pytest.raises(EmptyError, match="^table has no category with an agreement, so there is nothing to draw.$"):
            plot_agreement_categories(table[1:])
