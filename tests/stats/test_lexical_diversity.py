"""lexical_diversity: what is counted, lengths, flags, intervals, laws, agreement with quanteda, messages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.stats.lexical_diversity import COLUMNS, LENGTH_DEPENDENT, MEASURES, RECOMMENDED, lexical_diversity
from textkit.tokenization import tokenize
from textkit.tokens import Tokens

quiet = pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")


def spaces(*texts: str, docs: pd.DataFrame | None = None) -> Tokens:
    return tokenize(Corpus(list(texts), docs), "spaces")


def values(table: pd.DataFrame) -> dict[str, float]:
    assert table["group"].nunique() == 1
    return dict(zip(table["measure"], table["value"], strict=True))


@quiet
def test_by_hand() -> None:
    # 山 高 水 长 山 高: N = 6, V = 4, S2 = 4 + 1 + 1 + 4 = 10
    found = values(lexical_diversity(spaces("山 高 水 长 ， 山 高 XXX 。"), measure="all", window=4))
    assert found["ttr"] == pytest.approx(4 / 6)
    assert found["yule_k"] == pytest.approx(1e4 * 4 / 36)
    # windows 山高水长 4, 高水长山 4, 水长山高 4 types of 4; one whole segment
    assert found["mattr"] == found["msttr"] == 1.0
    # forward: 1 1 1 1 4/5 4/6 <= .72: one factor, no rest; backward the same by symmetry of the places
    assert found["mtld_forward"] == found["mtld_backward"] == found["mtld"] == 6.0


@quiet
def test_what_is_counted() -> None:
    tokens = spaces("山 2024 山 3.6% ， XXX + 水")
    table = lexical_diversity(tokens, measure="ttr")
    assert table[["n_tokens", "n_types"]].to_numpy().tolist() == [[5, 4]]
    table = lexical_diversity(tokens, measure="ttr", numbers=False)
    assert table[["n_tokens", "n_types"]].to_numpy().tolist() == [[3, 2]]
    noted = table.attrs["textkit"]["settings"]
    assert noted["left_out"] == "punctuation, symbols, masks, numbers"
    assert noted["segmenter"] == "Spaces()"


@quiet
def test_characters_come_from_the_text() -> None:
    tokens = spaces("网格 管理 ， 网格 XXX").drop(["网格"])
    table = lexical_diversity(tokens, measure="ttr", level="character")
    assert table[["n_tokens", "n_types"]].to_numpy().tolist() == [[6, 4]]
    assert table.attrs["textkit"]["settings"]["segmenter"] == "Characters()"


def test_columns_and_order() -> None:
    tokens = spaces(" ".join("甲乙丙丁" * 40), " ".join("一二三四五" * 40))
    table = lexical_diversity(tokens)
    assert list(table.columns) == COLUMNS
    assert table["measure"].tolist() == list(RECOMMENDED) * 2
    assert table["group"].tolist() == ["doc1"] * 3 + ["doc2"] * 3
    assert lexical_diversity(tokens, measure=["hdd", "mattr", "hdd"])["measure"].tolist()[:2] == ["mattr", "hdd"]
    full = lexical_diversity(tokens, measure="all", allow_unequal_lengths=True)
    assert full["measure"].tolist() == list(MEASURES) * 2
    assert (full["flag"] == "").all()
    assert full["value"].notna().all()
    assert full[["ci_low", "ci_high"]].isna().all(axis=None)


def test_unequal_lengths_are_refused() -> None:
    tokens = spaces(" ".join("甲乙" * 100), " ".join("丙丁" * 60))
    with pytest.raises(ArgumentError) as caught:
        lexical_diversity(tokens, measure=["ttr", "mattr"])
    assert str(caught.value) == (
        "'ttr': the measure depends on the length of a text, and these have from 120 to 200 tokens: the numbers would "
        "show the lengths. Use measure=['mattr', 'mtld', 'hdd'], or cut all texts to one length with "
        'truncate="shortest", or, if you know why, allow_unequal_lengths=True.'
    )
    for name in LENGTH_DEPENDENT:
        with pytest.raises(ArgumentError, match="depends on the length"):
            lexical_diversity(tokens, measure=name)
    lexical_diversity(tokens, measure=[name for name in MEASURES if name not in LENGTH_DEPENDENT])
    asked = lexical_diversity(tokens, measure="ttr", allow_unequal_lengths=True)
    assert asked["value"].tolist() == [2 / 200, 2 / 120]
    cut = lexical_diversity(tokens, measure="ttr", truncate="shortest")
    assert cut["value"].tolist() == [2 / 120, 2 / 120]
    assert cut["n_tokens"].tolist() == [120, 120]
    assert lexical_diversity(tokens, measure="ttr", truncate=50)["n_tokens"].tolist() == [50, 50]
    with pytest.raises(ArgumentError, match="'ttr'"):  # the second stays shorter
        lexical_diversity(tokens, measure="ttr", truncate=150)
    # five per cent is equal enough
    assert len(lexical_diversity(spaces("甲 " * 105, "乙 " * 100), measure="ttr")) == 2


def test_short_texts() -> None:
    tokens = spaces(" ".join("甲乙" * 60), " ".join("甲乙" * 40), " ".join("甲乙" * 23), " ".join("甲乙" * 10), "，")
    with pytest.warns(TextkitWarning) as caught:
        table = lexical_diversity(tokens, measure=["mattr", "mtld", "hdd", "vocd_d"]).set_index("measure")
    assert [str(warning.message) for warning in caught] == [
        "1 of 5 texts ('doc5') have no words: their values are NaN.",
        (
            "2 of 5 texts ('doc3', 'doc4') are too short for mtld, hdd, vocd_d: HD-D needs 42 tokens, vocd-D 50, and "
            "the MTLD should not be used below 50."
        ),
        "2 of 5 texts ('doc3', 'doc4') are shorter than the window: mattr is their plain type-token ratio.",
    ]
    assert table["flag"]["mattr"].tolist() == ["", "", "window", "window", "empty"]
    assert table["flag"]["mtld"].tolist() == ["", "short", "too_short", "too_short", "empty"]
    assert table["flag"]["hdd"].tolist() == ["", "", "", "too_short", "empty"]
    assert table["value"]["hdd"].isna().tolist() == [False, False, False, True, True]
    assert table["value"]["vocd_d"].isna().tolist() == [False, False, True, True, True]
    assert table["value"]["mattr"].tolist()[3] == 2 / 20
    assert table["value"][table["flag"] == "empty"].isna().tolist() == [True] * 4


def test_no_word_repeated() -> None:
    tokens = spaces(" ".join(chr(0x4E00 + i) for i in range(120)))
    with pytest.warns(TextkitWarning, match="repeat no word at all: mtld, vocd_d cannot measure that") as caught:
        table = lexical_diversity(tokens, measure=["mtld", "vocd_d", "hdd"])
    assert len(caught) == 1
    assert table["value"].tolist() == pytest.approx([np.nan, 1.0, np.inf], nan_ok=True)  # mtld, hdd, vocd_d
    assert table["flag"].tolist() == ["all_unique", "", "all_unique"]
    with pytest.warns(TextkitWarning):
        assert lexical_diversity(tokens, measure="mtld", all_unique="one_factor")["value"].tolist() == [120.0]


@quiet
def test_groups_are_joined_in_order() -> None:
    docs = pd.DataFrame({"year": [2020, 2019, None, 2020]}, index=list("abcd"))
    texts = ["山 高", "天 地", "玄 黄", "山 水"]
    table = lexical_diversity(spaces(*texts, docs=docs), by="year", measure="all", allow_unequal_lengths=True)
    assert table["group"].unique().tolist() == [2019, 2020]
    one = lexical_diversity(spaces("山 高 山 水"), measure="all")
    np.testing.assert_array_equal(table["value"][len(MEASURES) :], one["value"])


def sentences(rng: np.random.Generator, n: int = 40) -> str:
    return "".join(" ".join([chr(0x4E00 + int(i)) for i in rng.zipf(1.4, 9) % 500]) + " 。 " for _ in range(n))


def test_bootstrap() -> None:
    rng = np.random.default_rng(2)
    texts = [sentences(rng), sentences(rng, 30)]
    options = {"measure": "all", "allow_unequal_lengths": True, "ci": "bootstrap", "n_replicates": 300}
    table = lexical_diversity(spaces(*texts), **options)
    assert ((table["ci_low"] < table["value"]) & (table["value"] < table["ci_high"])).all()
    again = lexical_diversity(spaces(*texts), **options)
    pd.testing.assert_frame_equal(table, again)
    # the numbers of a text do not depend on the others, nor on their order
    turned = lexical_diversity(spaces(*texts[::-1]), **options)
    np.testing.assert_array_equal(turned["ci_low"][: len(MEASURES)], table["ci_low"][len(MEASURES) :])
    other = lexical_diversity(spaces(*texts), **options, random_state=1)
    assert (other["ci_low"] != table["ci_low"]).all()
    narrow = lexical_diversity(spaces(*texts), **options, confidence=0.5)
    assert (narrow["ci_high"] - narrow["ci_low"] < table["ci_high"] - table["ci_low"]).all()
    assert table.attrs["textkit"]["settings"]["unit"] == "sentence"


def test_the_interval_of_the_type_token_ratio_by_hand() -> None:
    # every sentence the same word pair with one new word: resamples of 12 sentences have 2 + distinct types
    tokens = spaces(*["".join(f"山 高 {chr(0x4E00 + i)} 。 " for i in range(12))])
    table = lexical_diversity(tokens, measure="ttr", ci="bootstrap", n_replicates=500, random_state=3)
    drawn = np.random.default_rng(3).integers(0, 12, (500, 12))
    replicates = np.array([(2 + len(set(row))) / 36 for row in drawn.tolist()])
    ends = 14 / 36 * np.exp(np.quantile(np.log(replicates), [0.025, 0.975]) - np.log(replicates).mean())
    assert table[["ci_low", "ci_high"]].to_numpy()[0].tolist() == pytest.approx(ends.tolist())


def test_units() -> None:
    rng = np.random.default_rng(5)
    docs = pd.DataFrame({"town": ["甲"] * 10 + ["乙"] * 10})
    tokens = spaces(*[sentences(rng, 8) + "\n" + sentences(rng, 8) for _ in range(20)], docs=docs)
    for unit in ("sentence", "paragraph", "document"):
        table = lexical_diversity(tokens, by="town", unit=unit, ci="bootstrap", n_replicates=100)
        assert table[["ci_low", "ci_high"]].notna().all(axis=None), unit
    with pytest.raises(ArgumentError) as caught:
        lexical_diversity(tokens, unit="document", ci="bootstrap", n_replicates=100)
    assert str(caught.value) == (
        'ci="bootstrap" with by="doc" needs units smaller than a document: give unit="sentence" or "paragraph", or '
        "join documents with by."
    )
    with pytest.warns(TextkitWarning, match="^1 document is too few"):  # a town of one document has no interval
        table = lexical_diversity(tokens[:1], by="town", unit="document", ci="bootstrap", n_replicates=100)
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)
    with pytest.warns(TextkitWarning, match="^2 paragraphs are too few"):
        lexical_diversity(tokens, unit="paragraph", ci="bootstrap", n_replicates=100)


def test_sampled_vocd_is_near_the_exact_one() -> None:
    rng = np.random.default_rng(8)
    tokens = spaces(" ".join(chr(0x4E00 + int(i)) for i in rng.zipf(1.6, 400) % 300))
    exact = lexical_diversity(tokens, measure="vocd_d")["value"][0]
    one = lexical_diversity(tokens, measure="vocd_d", vocd="sampled")["value"][0]
    two = lexical_diversity(tokens, measure="vocd_d", vocd="sampled", random_state=1)["value"][0]
    assert one == pytest.approx(exact, rel=0.15)
    assert two == pytest.approx(exact, rel=0.15)
    assert len({exact, one, two}) == 3


words = st.lists(st.sampled_from("甲乙丙丁戊"), max_size=60).map(" ".join)


@quiet
@hypothesis_settings(max_examples=30)
@given(st.lists(words, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(texts: list[str], random: object) -> None:
    order = list(range(len(texts)))
    random.shuffle(order)  # type: ignore[attr-defined]
    options = {"measure": "all", "allow_unequal_lengths": True, "window": 7}
    table = lexical_diversity(spaces(*texts), **options)
    turned = lexical_diversity(spaces(*[texts[i] for i in order]), **options)
    grid = table["value"].to_numpy().reshape(len(texts), -1)
    np.testing.assert_array_equal(turned["value"].to_numpy().reshape(len(texts), -1), grid[order])


@quiet
@hypothesis_settings(max_examples=30)
@given(words.filter(bool))
def test_laws_of_one_text(text: str) -> None:
    found = values(lexical_diversity(spaces(text), measure="all", window=7))
    back = values(lexical_diversity(spaces(" ".join(text.split()[::-1])), measure="all", window=7))
    renamed = values(
        lexical_diversity(spaces(text.translate(str.maketrans("甲乙丙丁戊", "戊甲乙丙丁"))), measure="all", window=7)
    )
    assert back["mtld_forward"] == pytest.approx(found["mtld_backward"], nan_ok=True)
    for name in MEASURES:
        assert renamed[name] == pytest.approx(found[name], nan_ok=True)
        if name not in ("msttr", "mtld_forward", "mtld_backward", "mtld_w"):
            assert back[name] == pytest.approx(found[name], nan_ok=True), name
    assert 0 < found["ttr"] <= 1
    assert 0 < found["mattr"] <= 1


@quiet
def test_smallest() -> None:
    table = lexical_diversity(spaces("", "山", "山 山 山"), measure="all", allow_unequal_lengths=True)
    wide = table.pivot(index="group", columns="measure", values="value")
    assert wide.loc["doc1"].isna().all()
    assert wide.loc["doc2", ["ttr", "guiraud", "yule_k", "mattr"]].tolist() == [1, 1, 0, 1]
    assert wide.loc["doc2", ["herdan_c", "simpson_d", "summer_s", "mtld", "hdd"]].isna().all()
    assert wide.loc["doc3", ["ttr", "simpson_d", "yule_i"]].tolist() == pytest.approx([1 / 3, 1, 1 / 8])
    with pytest.raises(EmptyError, match=r"^tokens has no documents, so there is nothing to measure\.$"):
        lexical_diversity(tokenize(Corpus([]), "spaces"))


def test_messages() -> None:
    tokens = spaces("山 高 " * 60)
    with pytest.raises(UnknownNameError, match="^unknown measure 'matr'; did you mean 'mattr'"):
        lexical_diversity(tokens, measure="matr")
    with pytest.raises(ArgumentError, match="^measure is an empty list. Name at least one"):
        lexical_diversity(tokens, measure=[])
    with pytest.raises(ArgumentError, match="^measure must be a list or tuple, got a dict"):
        lexical_diversity(tokens, measure={})  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="^tokens must be a Tokens, got a list. Make some with tokenize"):
        lexical_diversity(["山"])  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="^unknown unit 'word'"):
        lexical_diversity(tokens, unit="word")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="^truncate cannot be combined with ci"):
        lexical_diversity(tokens, truncate=5, ci="bootstrap")
    with pytest.raises(ArgumentError, match="^threshold must be a finite number above 0"):
        lexical_diversity(tokens, threshold=0)
    with pytest.raises(UnknownNameError, match="^unknown truncate 'longest'"):
        lexical_diversity(tokens, truncate="longest")  # type: ignore[arg-type]


@pytest.mark.shared
def test_agreement_with_quanteda(shared: Path) -> None:
    reference = shared / "data" / "reference"
    expected = pd.read_csv(reference / "textstats" / "lexdiv_tokens_all.csv").set_index("document")
    inputs = pd.read_csv(reference / "inputs" / "inaugural_tokens_nopunct_padded.csv.gz", keep_default_na=False)
    inputs = inputs[inputs["token"] != ""]
    texts = inputs["token"].str.lower().groupby(inputs["doc"], sort=False).agg(" ".join)
    tokens = spaces(*texts, docs=pd.DataFrame(index=texts.index))
    # textstat_lexdiv leaves out symbols and numbers, and its windows have 100 tokens
    options = {"measure": "all", "window": 100, "numbers": False, "allow_unequal_lengths": True}
    table = lexical_diversity(tokens, **options)
    found = table.pivot(index="group", columns="measure", values="value").loc[expected.index]
    theirs = {
        "TTR": "ttr", "C": "herdan_c", "R": "guiraud", "CTTR": "cttr", "U": "dugast_u", "K": "yule_k", "I": "yule_i",
        "D": "simpson_d", "Vm": "herdan_vm", "Maas": "maas_a", "MATTR": "mattr", "MSTTR": "msttr",
    }  # fmt: skip
    for column, name in theirs.items():
        np.testing.assert_allclose(found[name], expected[column], rtol=1e-12, err_msg=column)
    # S depends on the base of its logarithms: theirs is 10, ours e as in the worked examples
    n, v = (table[name].to_numpy()[:: len(MEASURES)] for name in ("n_tokens", "n_types"))
    np.testing.assert_allclose(np.log(np.log10(v)) / np.log(np.log10(n)), expected["S"], rtol=1e-12)
    np.testing.assert_allclose(np.log(np.log(v)) / np.log(np.log(n)), found["summer_s"], rtol=1e-12)
