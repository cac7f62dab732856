"""lookup and its reports: by hand, against a slow search, by laws, and their messages."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.dictionaries import Dictionary
from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.finding import find
from textkit.stats.concordance import show_concordance
from textkit.stats.lookup import (
    COLUMNS,
    COVERAGE_COLUMNS,
    HIT_COLUMNS,
    NEGATIONS,
    REPORT_COLUMNS,
    dictionary_coverage,
    dictionary_report,
    lookup,
    lookup_hits,
)
from textkit.tokenization import tokenize
from textkit.tokens import Tokens


@dataclass(frozen=True)
class Bars:
    """Cuts where the caller said: a test segmenter."""

    cuts: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]

    def spans(self, text: str) -> list[tuple[int, int]]:
        return list(dict(self.cuts)[text])


def cut(*texts: str) -> Tokens:
    """Tokens of texts in which bars show where the words end; blanks and line breaks stand in the text."""
    plain, cuts = [], {}
    for text in texts:
        spans, place = [], 0
        for piece in text.split("|"):
            if piece.strip():
                left = place + len(piece) - len(piece.lstrip())
                spans.append((left, left + len(piece.strip())))
            place += len(piece)
        plain.append(text.replace("|", ""))
        cuts[plain[-1]] = tuple(spans)
    return tokenize(Corpus(plain), Bars(tuple(cuts.items())))


def counts(tokens: Tokens, categories: dict, **options: object) -> dict[str, int]:
    table = lookup(tokens, Dictionary(categories), **options)  # type: ignore[arg-type]
    assert list(table.columns) == COLUMNS
    return table.groupby("category", sort=False)["count"].sum().to_dict()


def nodes(tokens: Tokens, categories: dict, **options: object) -> list[str]:
    return lookup_hits(tokens, Dictionary(categories), **options)["node"].tolist()  # type: ignore[arg-type]


LANDS = {"南亚": ["印度"], "东南亚": ["印度尼西亚"]}


class TestGuards:
    def test_one_token(self) -> None:
        whole = cut("印度|和|印度尼西亚")
        assert counts(whole, LANDS) == {"南亚": 1, "东南亚": 1}
        assert counts(whole, {"南亚": ["印度"]}) == {"南亚": 1}  # the token alone keeps 印度 from counting twice
        assert counts(whole, {"南亚": ["印度"]}, boundaries="ignore") == {"南亚": 2}
        assert counts(whole, LANDS, boundaries="ignore") == {"南亚": 1, "东南亚": 1}  # the longer entry alone
        assert counts(whole, LANDS, boundaries="ignore", overlap="all") == {"南亚": 2, "东南亚": 1}

    def test_cut_in_two(self) -> None:
        split = cut("印度|和|印度|尼西亚")
        assert counts(split, LANDS) == {"南亚": 1, "东南亚": 1}
        assert counts(split, LANDS, overlap="all") == {"南亚": 2, "东南亚": 1}
        assert counts(split, LANDS, overlap="category") == {"南亚": 2, "东南亚": 1}
        assert counts(split, LANDS, match="tokens") == {"南亚": 2, "东南亚": 0}
        assert counts(split, {"南亚": ["印度"]}) == {"南亚": 2}  # nothing here knows better

    def test_longest_within_a_category(self) -> None:
        one = {"国家": ["印度", "印度尼西亚"]}
        assert counts(cut("印度|尼西亚"), one, overlap="category") == {"国家": 1}
        assert counts(cut("印度|尼西亚"), one, overlap="all") == {"国家": 2}

    def test_a_longer_entry_that_does_not_fit_the_tokens_guards_nothing(self) -> None:
        assert nodes(cut("中国|人民"), {"a": ["中国", "中国人"]}) == ["中国"]
        assert nodes(cut("中国|人民"), {"a": ["中国人"]}) == []
        assert nodes(cut("中国|人民"), {"a": ["中国人"]}, boundaries="ignore") == ["中国人"]

    def test_from_left_to_right(self) -> None:
        chars = cut("中|国|人|民|大|学")
        assert nodes(chars, {"a": ["中国人民", "人民大学"]}) == ["中国人民"]
        assert nodes(chars, {"a": ["中国", "人民大学", "国人民大学"]}) == ["中国", "人民大学"]

    def test_across_segmentation(self) -> None:
        assert nodes(cut("推进|网格|化|管理"), {"a": ["网格化管理"]}) == ["网格化管理"]
        assert nodes(cut("推进|网格化管理"), {"a": ["网格化管理"]}) == ["网格化管理"]
        assert nodes(cut("推进|网格|化|管理"), {"a": ["网格化管理"]}, match="tokens") == []

    def test_nothing_matches_across_lines_or_documents(self) -> None:
        assert nodes(cut("网格\n|管理"), {"a": ["网格管理", "网格 管理"]}) == []
        assert nodes(cut("网格\n|管理"), {"a": ["网格 管理"]}, match="tokens") == []
        assert nodes(cut("网格", "管理"), {"a": ["网格管理", "网格 管理"]}) == []
        assert nodes(cut("网格", "管理"), {"a": ["网格 管理"]}, match="tokens") == []
        assert nodes(cut("网格| |管理"), {"a": ["网格管理"]}) == ["网格 管理"]


class TestEntries:
    def test_blanks(self) -> None:
        words = cut("the| social|  media| and |social| science", "社会|管理", "part")
        assert nodes(words, {"a": ["social media"]}) == ["social  media"]
        assert nodes(words, {"a": ["social media"]}, match="tokens") == ["social  media"]
        assert nodes(words, {"a": ["socialmedia", "a part"]}) == []
        assert nodes(words, {"a": ["社会 管理"]}) == ["社会管理"]
        assert nodes(words, {"a": ["社会 管理"]}, match="tokens") == ["社会管理"]
        assert nodes(words, {"a": ["art"]}) == []
        assert nodes(words, {"a": ["art"]}, boundaries="ignore") == ["art"]

    @pytest.mark.parametrize("match", ["text", "tokens"])
    def test_stars(self, match: str) -> None:
        words = cut("网格|网格化|大网格|大网格化|格")
        assert nodes(words, {"a": ["网格*"]}, match=match) == ["网格", "网格化"]
        assert nodes(words, {"a": ["*网格"]}, match=match) == ["网格", "大网格"]
        assert nodes(words, {"a": ["*网格*"]}, match=match) == ["网格", "网格化", "大网格", "大网格化"]
        assert nodes(words, {"a": ["大*化"]}, match=match) == ["大网格化"]
        assert nodes(words, {"a": ["?网格"]}, match=match) == ["大网格"]
        assert nodes(words, {"a": ["[大小]网格"]}, match=match) == ["大网格"]
        assert nodes(words, {"a": ["网格* 大*"]}, match=match) == ["网格化大网格"]  # leftmost that fits
        assert nodes(words, {"a": ["*格* *格*"]}, match=match) == ["网格网格化", "大网格大网格化"]

    def test_a_star_reaches_over_several_tokens_of_text_only_to_the_end_of_the_last(self) -> None:
        assert nodes(cut("网|格化|管理"), {"a": ["网格*"]}) == ["网格化"]
        assert nodes(cut("网|格化|管理"), {"a": ["网格*"]}, match="tokens") == []
        assert nodes(cut("的的"), {"a": ["*的*"]}) == ["的的"]

    def test_signs_taken_literally(self) -> None:
        assert nodes(cut("C*|C|Cx"), {"a": ["C[*]"]}) == ["C*"]
        masked = tokenize(Corpus(["***说"]), "characters")
        assert nodes(masked, {"a": ["[*][*][*]"]}) == nodes(masked, {"a": ["[*]*"]}) == ["***"]

    def test_case(self) -> None:
        words = cut("GDP| gdp| İgdp")
        assert nodes(words, {"a": ["gdp"]}) == ["gdp"]
        assert nodes(words, {"a": ["Gdp"]}, ignore_case=True) == ["GDP", "gdp"]
        assert nodes(words, {"a": ["Gdp"]}, ignore_case=True, match="tokens") == ["GDP", "gdp"]
        assert nodes(words, {"a": ["G?p"]}, ignore_case=True) == ["GDP", "gdp"]

    def test_one_hit_for_one_passage_in_one_category(self) -> None:
        hits = lookup_hits(cut("好人"), Dictionary({"a": {"好*": 1.0, "好人": 3.0, "*人": 5.0}, "b": ["好人"]}))
        assert hits[["entry", "category", "weight"]].values.tolist() == [["好人", "a", 3.0], ["好人", "b", 1.0]]
        report = dictionary_report(cut("好人"), Dictionary({"a": {"好*": 1.0, "好人": 3.0}}))
        assert report[["entry", "status", "count", "n_lost", "lost_to"]].values.tolist() == [
            ["好*", "lost", 0, 1, "好人"],
            ["好人", "counted", 1, 0, ""],
        ]


class TestCategories:
    TREE = Dictionary({"情": {"正": {"喜": {"高兴": 2.0}, "好": 1.0}, "负": {"坏": -1.0, "好": -1.0}}, "他": ["坏"]})
    WORDS = cut("高兴|好|坏|坏")

    def column(self, name: str, **options: object) -> dict[str, float]:
        table = lookup(self.WORDS, self.TREE, **options)  # type: ignore[arg-type]
        return dict(zip(table["category"], table[name], strict=True))

    def test_nested(self) -> None:
        # 好 is in 正 and 负: two categories, but one passage for 情
        assert self.column("count") == {"情": 4, "情/正": 2, "情/正/喜": 1, "情/负": 3, "他": 2}
        # 高兴 2 + 好 1 - 好 1 - 坏 1 - 坏 1
        assert self.column("weight") == {"情": 0, "情/正": 3, "情/正/喜": 2, "情/负": -3, "他": 2}

    def test_level(self) -> None:
        assert self.column("count", level=2) == {"情": 4, "情/正": 2, "情/负": 3, "他": 2}
        assert self.column("count", level=1) == {"情": 4, "他": 2}
        assert self.column("count", level=9) == self.column("count")

    def test_exclusive(self) -> None:
        assert self.column("count", exclusive=True) == {"情/正": 1, "情/正/喜": 1, "情/负": 3, "他": 2}
        assert self.column("count", exclusive=True, level=2) == {"情/正": 2, "情/负": 3, "他": 2}

    def test_groups_and_docs(self) -> None:
        docs = pd.DataFrame({"year": [2021, 2020, 2020, None]}, index=list("abcd"))
        words = tokenize(Corpus(["好 好", "坏", "好 的 了", "好"], docs), "spaces")
        table = lookup(words, Dictionary({"正": ["好"]}), by="year")
        assert table["group"].tolist() == [2020, 2021]
        assert table[["count", "n_tokens", "docs"]].values.tolist() == [[1, 4, 1], [2, 2, 1]]
        assert table["rate"].tolist() == [250_000, 1_000_000]
        assert lookup(words, Dictionary({"正": ["好"]}))["group"].tolist() == list("abcd")

    def test_documents_without_tokens(self) -> None:
        words = tokenize(Corpus(["好", "", " "]), "spaces")
        with pytest.warns(TextkitWarning) as caught:
            table = lookup(words, Dictionary({"正": ["好"]}))
        assert str(caught[0].message) == (
            "2 of 3 documents have no tokens, such as 'doc2', 'doc3'; the rate of nothing is NaN."
        )
        assert table["rate"].tolist() == pytest.approx([1e6, np.nan, np.nan], nan_ok=True)
        assert table["count"].tolist() == [1, 0, 0]


class TestNegation:
    @pytest.mark.parametrize(
        ("text", "negated"),
        [
            ("不|满意", [True]),
            ("满意|不", [False]),
            ("没|有|很|满意", [True]),  # found across the tokens, once
            ("不|是|不|满意", [False]),  # two of them
            ("不|甲|乙|丙|满意", [False]),  # four tokens away
            ("不|甲|乙|满意", [True]),
            ("不|来|，|满意", [False]),
            ("不|来|、|满意", [True]),  # an enumeration goes on
            ("不|\n满意", [False]),
            ("不|3.6|满意", [True]),
            ("不仅|满意", [False]),
            ("无一|满意", [True]),
            ("无一|不|满意", [False]),  # every one of them
            ("不| to |a.cn| 满意", [True]),
            ("不| a|. |满意", [False]),
            ("不|满意|满意", [True, True]),
        ],
    )
    def test_windows(self, text: str, negated: list[bool]) -> None:
        hits = lookup_hits(cut(text), Dictionary({"评": ["满意"]}), negation="zh")
        assert hits["negated"].tolist() == negated

    def test_counts_and_weights(self) -> None:
        words, dictionary = cut("不|满意|，|满意|满意"), Dictionary({"评": {"满意": 2.0}})
        drop = lookup(words, dictionary, negation="zh").iloc[0]
        assert (drop["count"], drop["n_negated"], drop["weight"], drop["rate"]) == (2, 1, 4.0, 400_000)
        flip = lookup(words, dictionary, negation=["不"], negated="flip").iloc[0]
        assert (flip["count"], flip["n_negated"], flip["weight"]) == (2, 1, 2.0)
        assert lookup(words, dictionary, negation=["没"]).iloc[0]["count"] == 3
        assert lookup(words, dictionary).iloc[0]["n_negated"] == 0

    def test_the_window_and_other_documents(self) -> None:
        words, dictionary = cut("不|甲|满意", "满意", "甲|不", "满意"), Dictionary({"评": ["满意"]})
        assert lookup_hits(words, dictionary, negation="zh")["negated"].tolist() == [True, False, False]
        hits = lookup_hits(words, dictionary, negation="zh", negation_window=1)
        assert hits["negated"].tolist() == [False, False, False]

    def test_the_entry_itself_may_deny(self) -> None:
        hits = lookup_hits(cut("不|满意"), Dictionary({"负": ["不满意"], "正": ["满意"]}), negation="zh")
        assert hits[["node", "negated"]].values.tolist() == [["不满意", False]]

    def test_the_public_list_is_the_default_and_can_be_changed(self) -> None:
        words, dictionary = cut("缺乏|满意", "不|满意", "别|满意"), Dictionary({"评": ["满意"]})
        zh = lookup(words, dictionary, negation="zh")
        pd.testing.assert_frame_equal(lookup(words, dictionary, negation=NEGATIONS), zh)
        assert zh["n_negated"].tolist() == [0, 1, 1]
        more = lookup(words, dictionary, negation=[*NEGATIONS, "缺乏"])
        assert more["n_negated"].tolist() == [1, 1, 1]
        fewer = lookup(words, dictionary, negation=[word for word in NEGATIONS if word != "别"])
        assert fewer["n_negated"].tolist() == [0, 1, 0]

    def test_the_list_is_of_distinct_words(self) -> None:
        assert isinstance(NEGATIONS, tuple)
        assert len(set(NEGATIONS)) == len(NEGATIONS)
        assert {"不", "没有", "未"} <= set(NEGATIONS) and {"不仅", "不断"}.isdisjoint(NEGATIONS)

    def test_messages(self) -> None:
        words, dictionary = cut("不|满意"), Dictionary({"评": ["满意"]})
        for negation, message in (
            ("不", "negation must be None, 'zh' or a collection of words, got '不'. Put a single word in a list."),
            ([], "negation has no words. Leave it out to count without negation."),
            ([""], "negation: entry '' in category 'negation' is empty. Delete it."),
        ):
            with pytest.raises(ArgumentError) as caught:
                lookup(words, dictionary, negation=negation)
            assert str(caught.value) == message

    def test_negations_that_were_dropped(self) -> None:
        words = cut("不|满意").drop(["不"])
        with pytest.warns(TextkitWarning) as caught:
            assert not lookup_hits(words, Dictionary({"评": ["满意"]}), negation="zh")["negated"].any()
        assert str(caught[0].message) == (
            "1 place of a negation lies in words that were dropped from tokens and so are passed over. "
            "Give the tokens of the whole texts to see them."
        )


class TestReports:
    def test_hits_can_be_shown_as_a_concordance(self) -> None:
        hits = lookup_hits(cut("加强|网格|管理\n|完"), Dictionary({"治": ["网格", "管理"]}), width=2)
        assert list(hits.columns) == HIT_COLUMNS
        assert hits[["left", "node", "right"]].values.tolist() == [["加强", "网格", "管理"], ["网格", "管理", "⏎完"]]
        assert str(show_concordance(hits)).splitlines()[-1] == "2 lines"
        assert len(lookup_hits(cut("网格|网格"), Dictionary({"治": ["网格"]}), n=1)) == 1

    def test_every_hit_leads_to_its_characters(self) -> None:
        words = cut("加强| 网格|化 管理", "网格")
        hits = lookup_hits(words, Dictionary({"治": ["网格*", "网格 化 管理"]}))
        for row in hits.itertuples():
            assert words.corpus.text(row.doc)[row.start : row.stop] == row.node

    def test_report(self) -> None:
        words = cut("低保户|和|低保户|和|低保人|社会|管理|创新")
        dictionary = Dictionary({"民生": ["低保", "医保"], "治理": ["社会管理", "管理", "创新"], "新": ["创新"]})
        report = dictionary_report(words, dictionary)
        assert list(report.columns) == REPORT_COLUMNS
        rows = report.set_index(["entry", "category"])
        assert rows["status"].tolist() == ["inside words", "never found", "counted", "lost", "counted", "counted"]
        assert rows["n_found"].tolist() == [3, 0, 1, 1, 1, 1]
        assert rows["count"].tolist() == [0, 0, 1, 0, 1, 1]
        assert rows["n_split"].tolist() == [0, 0, 1, 0, 0, 0]
        assert rows["n_inside"].tolist() == [3, 0, 0, 0, 0, 0]
        assert rows["inside"].tolist() == ["低保户", "", "", "", "", ""]  # twice, 低保人 once
        assert rows["lost_to"].tolist() == ["", "", "", "社会管理", "", ""]
        assert rows["also_in"].tolist() == ["", "", "", "", "新", "治理"]

    def test_words_that_were_dropped(self) -> None:
        words = cut("低保|的|人").drop(["低保"])
        dictionary = Dictionary({"民生": ["低保", "人"]})
        report = dictionary_report(words, dictionary)
        assert report["status"].tolist() == ["dropped", "counted"]
        with pytest.warns(TextkitWarning) as caught:
            assert lookup(words, dictionary)["count"].tolist() == [1]
        assert str(caught[0].message) == (
            "1 place of an entry lies in words that were dropped from tokens and so are passed over. "
            "Give the tokens of the whole texts to count them."
        )
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert lookup(words, dictionary, boundaries="ignore")["count"].tolist() == [2]
            assert lookup(words, dictionary, match="tokens")["count"].tolist() == [1]
        with pytest.warns(TextkitWarning, match="1 place of an entry"):
            nothing = words.drop(["的", "人"])
            with pytest.warns(TextkitWarning, match="1 of 1 documents have no tokens"):
                lookup(nothing, Dictionary({"a": ["低保"]}))

    def test_coverage(self) -> None:
        words = cut("社会|管理|创新|管理", "创新", "完")
        table = dictionary_coverage(words, Dictionary({"治": ["社会管理"], "新": ["创新"]}))
        assert list(table.columns) == COVERAGE_COLUMNS
        assert table["n_matched"].tolist() == [3, 1, 0]
        assert table["coverage"].tolist() == [0.75, 1.0, 0.0]


class TestIntervals:
    WORDS = tokenize(Corpus(["好 的。好 好。了 了。" * 6, "了 的。" * 15]), "spaces").drop(["。"])
    ONE = Dictionary({"正": ["好"], "反": ["坏"]})

    def test_columns_and_values(self) -> None:
        words = tokenize(Corpus(["好的。好好。了了。" * 6, "了的。" * 15]), "characters")
        table = lookup(words, self.ONE, ci="bootstrap")
        first = table.iloc[0]
        assert first["ci_low"] < first["rate"] < first["ci_high"]
        assert table.iloc[1:][["ci_low", "ci_high"]].isna().all(axis=None)  # no hit: nothing to resample
        assert table.attrs["textkit"]["unit"] == "sentence"
        pd.testing.assert_frame_equal(table, lookup(words, self.ONE, ci="bootstrap"))
        assert lookup(words, self.ONE)[["ci_low", "ci_high"]].isna().all(axis=None)

    def test_against_a_plain_loop(self) -> None:
        words = tokenize(Corpus(["好的。好好。了了。" * 6]), "characters")
        rng, rates = np.random.default_rng(3), []
        pieces = words.split("sentence")
        hit = np.array([sum(word == "好" for word in pieces.words(i)) for i in range(len(pieces.corpus))])
        for _ in range(500):
            drawn = rng.integers(0, len(hit), len(hit))
            rates.append(1e6 * hit[drawn].sum() / pieces.lengths[drawn].sum())
        table = lookup(words, self.ONE, ci="bootstrap", n_replicates=500, random_state=3)
        # the same draws: 500 rows of one generator, whatever the block
        assert table.loc[0, ["ci_low", "ci_high"]].tolist() == pytest.approx(
            np.quantile(rates, [0.025, 0.975]).tolist()
        )

    @pytest.mark.parametrize("unit", ["sentence", "paragraph"])
    def test_units_are_those_of_split(self, unit: str) -> None:
        from textkit.stats import lookup as module

        words = tokenize(Corpus([" 好的。好。\n\n 了！完", "", "。。\n好"]), "characters")
        pieces = words.split(unit)  # type: ignore[arg-type]
        counted = module._Counted(*(np.empty(0, dtype=np.int64) for _ in range(7)))
        doc, lengths, _, _ = module._units(words, counted, unit)
        assert lengths[lengths > 0].tolist() == pieces.lengths[pieces.lengths > 0].tolist()
        assert np.bincount(doc, weights=lengths, minlength=3).tolist() == words.lengths.tolist()

    def test_one_document_does_not_change_the_interval_of_another(self) -> None:
        both = tokenize(Corpus(["好的。好好。了了。" * 6, "好了的。" * 15]), "characters")
        alone = lookup(both[:1], self.ONE, ci="bootstrap")
        pd.testing.assert_frame_equal(lookup(both, self.ONE, ci="bootstrap").iloc[:2], alone, check_like=True)

    def test_too_few(self) -> None:
        words = tokenize(Corpus(["好的。好。" * 10, "好。的", "好"]), "characters")
        with pytest.warns(TextkitWarning) as caught:
            table = lookup(words, Dictionary({"正": ["好"]}), ci="bootstrap")
        assert str(caught[0].message).startswith("in 2 of 3 groups 1 sentence is too few for an interval")
        assert table["ci_low"].isna().tolist() == [False, False, True]

    def test_documents_as_units(self) -> None:
        docs = pd.DataFrame({"g": ["x"] * 12})
        words = tokenize(Corpus(["好 的", "的 了"] * 6, docs), "spaces")
        table = lookup(words, Dictionary({"正": ["好"]}), by="g", ci="bootstrap")
        assert table.attrs["textkit"]["unit"] == "document"
        # six of twelve documents have one hit in two tokens: binomial(12, 1/2) / 24
        assert table.loc[0, ["ci_low", "rate", "ci_high"]].tolist() == pytest.approx([1e6 * 3 / 24, 25e4, 1e6 * 9 / 24])


# ---------------------------------------------------------------------------------------------------------------
# A slow search as another route


def slow(tokens: Tokens, dictionary: Dictionary, *, boundaries: str, overlap: str) -> list[tuple[int, int, int, str]]:
    """All hits of entries without wildcards and blanks in texts without blanks: doc, start, stop, category."""
    found = []
    for doc, text in enumerate(tokens.corpus.texts):
        a, b = tokens.offsets[doc : doc + 2]
        starts, stops = set(tokens.start[a:b].tolist()), set(tokens.stop[a:b].tolist())
        for row in dictionary.entries:
            for start in range(len(text)):
                stop = start + len(row.entry)
                if text[start:stop] == row.entry and (boundaries == "ignore" or (start in starts and stop in stops)):
                    found.append((doc, start, stop, row.category))
    if overlap == "all":
        return sorted(found)
    kept = []
    for key in [None] if overlap == "longest" else dictionary.categories:
        chosen = sorted({(d, s, -e) for d, s, e, c in found if key in (None, c)})
        free = (-1, 0)
        for doc, start, minus in chosen:
            if doc != free[0] or start >= free[1]:
                free = (doc, -minus)
                kept += [hit for hit in found if hit[:3] == (doc, start, -minus) and key in (None, hit[3])]
    return sorted(kept)


@st.composite
def corpora(draw: st.DrawFn) -> Tokens:
    texts = draw(st.lists(st.text("甲乙丙|", max_size=14), min_size=1, max_size=4))
    distinct = [f"{text}|{'丁' * (i + 1)}" for i, text in enumerate(texts)]  # Bars looks cuts up by their text
    return cut(*distinct)


dictionaries = st.dictionaries(
    st.sampled_from(["a", "b", "a/c", "d"]),
    st.lists(st.text("甲乙丙", min_size=1, max_size=4), min_size=1, max_size=5, unique=True),
    min_size=1,
).map(Dictionary)


@settings(max_examples=80, deadline=None)
@given(corpora(), dictionaries, st.sampled_from(["token", "ignore"]), st.sampled_from(["longest", "category", "all"]))
def test_the_same_hits_as_a_slow_search(tokens: Tokens, dictionary: Dictionary, boundaries: str, overlap: str) -> None:
    hits = lookup_hits(tokens, dictionary, boundaries=boundaries, overlap=overlap)
    names = {name: i for i, name in enumerate(tokens.corpus.names)}
    got = sorted(zip(hits["doc"].map(names), hits["start"], hits["stop"], hits["category"], strict=True))
    assert got == slow(tokens, dictionary, boundaries=boundaries, overlap=overlap)
    table = lookup(tokens, dictionary, boundaries=boundaries, overlap=overlap, exclusive=True)
    assert table["count"].sum() == len(got)
    report = dictionary_report(tokens, dictionary, boundaries=boundaries, overlap=overlap)
    assert report["count"].sum() == len(got)
    places = report["n_found"] - report["count"] - report["n_inside"] - report["n_lost"] - report["n_dropped"]
    assert (places == 0).all()


@settings(max_examples=30, deadline=None)
@given(corpora(), dictionaries, st.randoms(use_true_random=False))
def test_the_order_of_documents_and_entries_does_not_matter(
    tokens: Tokens, dictionary: Dictionary, random: object
) -> None:
    order = list(range(len(tokens.corpus)))
    random.shuffle(order)  # type: ignore[attr-defined]
    keys = ["group", "category"]
    table = lookup(tokens, dictionary).sort_values(keys, ignore_index=True)
    again = lookup(tokens[order], Dictionary.from_frame(dictionary.to_frame().iloc[::-1]))
    pd.testing.assert_frame_equal(again.sort_values(keys, ignore_index=True), table)


@settings(max_examples=30, deadline=None)
@given(corpora(), dictionaries)
def test_whole_tokens_are_the_same_by_text_and_by_tokens(tokens: Tokens, dictionary: Dictionary) -> None:
    chars = tokenize(tokens.corpus, "characters")
    single = Dictionary.from_frame(dictionary.to_frame().assign(entry=lambda f: f["entry"].str[0]).drop_duplicates())
    pd.testing.assert_frame_equal(lookup(chars, single), lookup(chars, single, match="tokens"))


spaced = st.lists(st.text("ab甲", min_size=1, max_size=3), max_size=12).map(" ".join)
globs = st.lists(st.text("ab甲*?", min_size=1, max_size=4), min_size=1, max_size=3).map(" ".join)


@settings(max_examples=80, deadline=None)
@given(st.lists(spaced, min_size=1, max_size=3), globs)
def test_globs_find_what_find_finds(texts: list[str], entry: str) -> None:
    words = tokenize(Corpus(texts), "spaces")
    if any(not part.strip("*?") for part in entry.split()):
        with pytest.raises(ArgumentError, match="nothing but wildcards"):
            Dictionary({"a": [entry]})
        return
    hits = lookup_hits(words, Dictionary({"a": [entry]}), match="tokens", overlap="all")
    expected = find(words, entry)
    assert hits["start"].tolist() == words.start[expected.first].tolist()
    assert hits["stop"].tolist() == words.stop[expected.last].tolist()
    by_text = lookup_hits(words, Dictionary({"a": [entry]}), overlap="all")
    assert set(zip(hits["doc"], hits["start"], hits["stop"], strict=True)) <= set(
        zip(by_text["doc"], by_text["start"], by_text["stop"], strict=True)
    )


@settings(max_examples=30, deadline=None)
@given(corpora(), dictionaries)
def test_groups_are_sums_of_documents(tokens: Tokens, dictionary: Dictionary) -> None:
    docs = tokens.corpus.docs.assign(g="all", n=[i % 2 for i in range(len(tokens.corpus))])
    words = Tokens(
        tokens.ids, tokens.start, tokens.stop, tokens.position, tokens.offsets, tokens.vocabulary,
        Corpus(tokens.corpus.texts, docs),
    )  # fmt: skip
    each = lookup(words, dictionary).groupby("category", sort=False)[["count", "weight", "n_tokens"]].sum()
    for by in ("g", "n"):
        whole = lookup(words, dictionary, by=by).groupby("category", sort=False)[["count", "weight", "n_tokens"]].sum()
        pd.testing.assert_frame_equal(whole, each)
    merged = lookup(words.merge("g"), dictionary)
    assert merged["count"].tolist() == each["count"].tolist()
    parents = lookup(words, dictionary, by="g").set_index("category")["count"]
    for category in parents.index:
        if "/" in category:
            assert parents[category] <= parents[category.rsplit("/", 1)[0]]


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    from textkit.stats import lookup as module

    texts = ["网格化管理，不满意。" * (i % 4) for i in range(9)]
    words = tokenize(Corpus(texts), "characters")
    dictionary = Dictionary({"a": ["网格", "网格化"], "b": ["满意", "理*"]})
    with pytest.warns(TextkitWarning, match="3 of 9 documents have no tokens"):
        whole = lookup(words, dictionary, negation="zh")
    hits = lookup_hits(words, dictionary, negation="zh")
    monkeypatch.setattr(module, "_BLOCK", 12)
    with pytest.warns(TextkitWarning):
        pd.testing.assert_frame_equal(lookup(words, dictionary, negation="zh"), whole)
    pd.testing.assert_frame_equal(lookup_hits(words, dictionary, negation="zh"), hits)


def test_nothing_to_look_in() -> None:
    dictionary = Dictionary({"a": ["网格", "网*格", "社会 管*"]})
    nothing = tokenize(Corpus([]), "characters")
    assert list(lookup(nothing, dictionary).columns) == COLUMNS and not len(lookup(nothing, dictionary))
    assert list(lookup_hits(nothing, dictionary, negation="zh").columns) == HIT_COLUMNS
    assert dictionary_report(nothing, dictionary)["status"].tolist() == ["never found"] * 3
    assert not len(dictionary_coverage(nothing, dictionary))
    with pytest.warns(TextkitWarning):
        assert lookup(tokenize(Corpus([""]), "characters"), dictionary, ci="bootstrap")["count"].tolist() == [0]
    one = tokenize(Corpus(["网"]), "characters")
    assert lookup(one, Dictionary({"a": ["网"]}), match="tokens")["rate"].tolist() == [1e6]


def test_messages() -> None:
    words, dictionary = cut("网格"), Dictionary({"a": ["网格"]})
    with pytest.raises(ArgumentError) as caught:
        lookup(words.corpus, dictionary)  # type: ignore[arg-type]
    assert str(caught.value) == "tokens must be a Tokens, got a Corpus. Make them with tokenize(corpus)."
    with pytest.raises(ArgumentError) as caught:
        lookup(words, {"a": ["网格"]})  # type: ignore[arg-type]
    assert str(caught.value) == (
        "dictionary must be a Dictionary, got a dict. Make one with Dictionary({...}) or read_dictionary(path)."
    )
    with pytest.raises(UnknownNameError, match="unknown overlap 'longer'; did you mean 'longest'?"):
        lookup(words, dictionary, overlap="longer")
    with pytest.raises(
        ArgumentError, match="match='tokens' finds whole tokens, so boundaries='ignore' needs match='te"
    ):
        lookup(words, dictionary, match="tokens", boundaries="ignore")
    with pytest.raises(ArgumentError, match="level must be a whole number of at least 1, got 0."):
        lookup(words, dictionary, level=0)
    with pytest.raises(UnknownNameError, match="unknown column \\(by\\) 'jahr'"):
        lookup(words, dictionary, by="jahr")


def test_provenance() -> None:
    words, dictionary = cut("网格"), Dictionary({"a": ["网格"]}, name="mine")
    for made in (
        lookup(words, dictionary, negation=["不"]),
        lookup_hits(words, dictionary),
        dictionary_report(words, dictionary),
        dictionary_coverage(words, dictionary),
    ):
        about = made.attrs["textkit"]
        assert about["inputs"] == {"tokens": words.fingerprint, "dictionary": dictionary.fingerprint}
        assert about["settings"]["dictionary"] == "mine" and about["settings"]["overlap"] == "longest"
