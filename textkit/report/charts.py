"""The figures of a report: which there are, what they are called, and what a reader who cannot see them is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from textkit.drawing import Lang
from textkit.errors import EmptyError
from textkit.fonts import missing_glyphs
from textkit.plots.comparison_cloud import plot_comparison_cloud
from textkit.plots.dispersion import plot_dispersion
from textkit.plots.frequency import plot_frequency
from textkit.plots.keyness import plot_keyness
from textkit.plots.similarity import plot_dendrogram, plot_similarity
from textkit.plots.tfidf import plot_tfidf
from textkit.plots.topic_shares import plot_topic_shares
from textkit.plots.topic_terms import plot_topic_terms
from textkit.plots.trend import plot_trend
from textkit.plots.wordcloud import plot_wordcloud
from textkit.report import limits, tables
from textkit.report.analysis import Analysis
from textkit.report.wording import Wording

_NO_GLYPH = "□"


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure before it is saved."""

    key: str
    unit: str
    name: str
    figure: Figure
    table: pd.DataFrame
    alt: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A figure still to be drawn."""

    key: str
    unit: str
    name: str
    draw: Callable[[], Any]
    table: pd.DataFrame
    alt: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Plans:
    """The figures of one report, drawn one after the other so that only one is in memory."""

    plans: tuple[_Plan, ...]
    missing: tuple[str, ...]
    """Characters without a glyph: what has them is left out or shown as a box."""

    def __iter__(self) -> Iterator[Chart]:
        for plan in self.plans:
            try:
                drawn = plan.draw()
            except EmptyError:  # nothing to show: the section says so in words
                continue
            first = drawn if isinstance(drawn, Axes) else np.asarray(drawn, dtype=object).ravel()[0]
            figure = first.get_figure(root=True)
            assert figure is not None, "a plot draws on a figure"
            yield Chart(plan.key, plan.unit, plan.name, figure, plan.table, plan.alt, plan.caption)

    def __len__(self) -> int:
        return len(self.plans)


def plan_charts(analysis: Analysis, say: Wording) -> Plans:
    """Return the figures that the tables allow, in the order of the page."""
    units = analysis.units
    # a group and a document could share a name: the labels of what is compared come last and win
    every = dict(units.labels) | {name: units.label(name) for name in units.names}
    missing = missing_glyphs([*every.values(), *analysis.counts.content.vocabulary.terms])
    labels = {name: _drawable(label, missing) for name, label in every.items()}
    made = _Planner(analysis, say, labels, frozenset(missing))
    plans = [*made.keyness(), *made.frequency(), *made.similarity(), *made.topics(), *made.clouds()]
    plans += [*made.dispersion(), *made.trend()]
    return Plans(tuple(plans), tuple(missing))


def _drawable(label: str, missing: list[str]) -> str:
    return "".join(_NO_GLYPH if char in missing or not char.isprintable() else char for char in label)


class _Planner:
    """Plans figures from the tables of one analysis."""

    def __init__(self, analysis: Analysis, say: Wording, labels: Mapping[str, str], missing: frozenset[str]) -> None:
        self.analysis, self.say, self.labels, self.missing = analysis, say, labels, missing
        self.found, self.units = analysis.tables, analysis.units
        self.lang: Lang = "zh" if say.lang == "zh" else "en"
        self.unit = say("unit_group" if self.units.grouped else "unit_document")

    def drawable(self, table: pd.DataFrame) -> pd.DataFrame:
        """Leave out the terms that the font cannot draw."""
        if not self.missing:
            return table
        # an empty list would choose columns, so the mask is an array
        drawn = np.array([not self.missing.intersection(str(term)) for term in table["term"]], dtype=bool)
        kept = table[drawn].reset_index(drop=True)
        kept.attrs = table.attrs
        return kept

    def alt(self, key: str, **values: Any) -> str:
        """Return the alternative text of a figure."""
        return self.say(key, **{"unit": self.unit} | values)

    def keyness(self) -> Iterator[_Plan]:
        """Diverging bars of each unit against the rest; of two units only the first, the other is its mirror."""
        if "keyness" not in self.found:
            return
        names = self.units.longest(limits.CLOUDS)
        if len(self.units) == 2:
            names = self.units.names[:1]
        for unit in names:
            rows = self.drawable(_of_unit(self.found["keyness"], unit))
            rows = _in_documents(rows, tables.least_documents(self.units, unit))
            settings = rows.attrs["textkit"]["settings"]
            other = self.units.names[1] if len(self.units) == 2 else None
            settings |= {"target": unit, "reference": other}
            name = f"keyness_{self.units.names.index(unit) + 1:02d}"
            yield _Plan(
                "keyness",
                unit,
                name,
                partial(plot_keyness, rows, n=limits.CHART_TERMS, labels=self.labels, lang=self.lang),
                rows,
                self.alt("keyness_alt", name=self.units.label(unit)),
            )

    def frequency(self) -> Iterator[_Plan]:
        """The most frequent words, and the heaviest by tf-idf."""
        few = len(self.units) <= limits.LINES
        table = self.drawable(self.found["frequency_by_unit" if few else "frequency"])
        yield _Plan(
            "frequency",
            "",
            "frequency",
            partial(plot_frequency, table, n=limits.FREQUENT_TERMS, labels=self.labels, lang=self.lang),
            table,
            self.alt("frequency_alt"),
        )
        if "tfidf" in self.found:
            chosen = self.units.longest(limits.CLOUDS)
            rows = self.drawable(_where(self.found["tfidf"], "doc", chosen))
            yield _Plan(
                "tfidf",
                "",
                "tfidf",
                partial(plot_tfidf, rows, n=limits.TFIDF_TERMS, labels=self.labels, lang=self.lang),
                rows,
                self.alt("tfidf_alt"),
            )

    def similarity(self) -> Iterator[_Plan]:
        """Heat map and dendrogram; a tree of two leaves says no more than the number."""
        if "similarity_matrix" not in self.found:
            return
        table = self.found["similarity_matrix"]
        shown = [name for name in self.units.longest(limits.HEAT) if name in table.index]
        if len(shown) < len(table):
            attrs, table = table.attrs, table.loc[shown, shown]
            table.attrs = attrs
        if len(shown) < 3:
            return
        for key, draw in (("similarity", plot_similarity), ("dendrogram", plot_dendrogram)):
            yield _Plan(
                key,
                "",
                key,
                partial(draw, table, labels=self.labels, lang=self.lang),
                table,
                self.alt(f"{key}_alt"),
            )

    def topics(self) -> Iterator[_Plan]:
        """Words of the topics and their shares."""
        if "topic_terms" not in self.found:
            return
        terms, shares = self.drawable(self.found["topic_terms"]), self.found["topic_shares"]
        if terms["topic"].nunique() <= 24:
            yield _Plan(
                "topic_terms",
                "",
                "topic_terms",
                partial(plot_topic_terms, terms, n=8, lang=self.lang),
                terms,
                self.alt("topic_terms_alt"),
            )
        chosen = _where(shares, "group", self.units.longest(40))
        yield _Plan(
            "topic_shares",
            "",
            "topic_shares",
            partial(plot_topic_shares, chosen, labels=self.labels, lang=self.lang),
            chosen,
            self.alt("topic_shares_alt"),
        )

    def clouds(self) -> Iterator[_Plan]:
        """A cloud of each unit, and one that sets them against each other."""
        table = self.drawable(self.found["frequency_by_unit"])
        if 1 < len(self.units) <= limits.LINES:
            name = "comparison_cloud"
            yield _Plan(
                name,
                "",
                name,
                partial(plot_comparison_cloud, table, n=limits.COMPARISON_TERMS, labels=self.labels, lang=self.lang),
                table,
                self.alt("comparison_cloud_alt"),
            )
        for unit in self.units.longest(limits.CLOUDS):
            rows = _where(table, "group", (unit,))
            if not len(rows):
                continue
            name = f"cloud_{self.units.names.index(unit) + 1:02d}"
            words = self.say.listed(rows["term"].head(5))
            title = self.say("cloud_of", name=self.units.label(unit))
            yield _Plan(
                "cloud",
                unit,
                name,
                partial(plot_wordcloud, rows, n=limits.CLOUD_TERMS, lang=self.lang),
                rows,
                self.alt("cloud_alt", name=self.units.label(unit), words=words),
                title,
            )

    def dispersion(self) -> Iterator[_Plan]:
        """Where the most distinctive words stand."""
        if "dispersion" not in self.found or len(self.found["dispersion"]) > limits.TICKS:
            return
        table = self.drawable(self.found["dispersion"])
        terms = list(dict.fromkeys(table["term"]))
        shown = set(table["doc"])
        docs = [doc for doc in self.units.documents if doc in shown]
        labels = {doc: _drawable(self.units.labels.get(doc, doc), list(self.missing)) for doc in docs}
        yield _Plan(
            "dispersion",
            "",
            "dispersion",
            partial(plot_dispersion, table, docs=docs, labels=labels, lang=self.lang),
            table,
            self.alt("dispersion_alt", words=self.say.listed(terms)),
        )

    def trend(self) -> Iterator[_Plan]:
        """Rates over ordered groups."""
        if "trend" not in self.found:
            return
        table = self.drawable(self.found["trend"])
        words = self.say.listed(dict.fromkeys(table["term"]))
        yield _Plan(
            "trend",
            "",
            "trend",
            partial(plot_trend, table, lang=self.lang),
            table,
            self.alt("trend_alt", words=words, by=self.units.by),
        )


def _of_unit(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return the keyness of one unit, with settings of its own."""
    rows = table[table["unit"] == unit].drop(columns="unit").reset_index(drop=True)
    note = table.attrs["textkit"]
    rows.attrs["textkit"] = {**note, "settings": dict(note["settings"])}
    return rows


def _in_documents(rows: pd.DataFrame, least: int) -> pd.DataFrame:
    """Leave out the words of the target that too few of its documents have."""
    kept = rows[(rows["effect"] < 0) | (rows["range_target"] >= least)].reset_index(drop=True)
    kept.attrs = rows.attrs
    return kept


def _where(table: pd.DataFrame, name: str, values: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows whose column has one of the values, as text."""
    wanted = set(values)
    rows = table[np.array([str(value) in wanted for value in table[name]], dtype=bool)].reset_index(drop=True)
    rows.attrs = table.attrs
    return rows
