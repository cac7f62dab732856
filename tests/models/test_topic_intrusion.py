"""Intrusion tasks: what they show, that the key is sealed, and the scores."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, ReadError, UnknownNameError
from textkit.models.topic_intrusion import (
    KEY_COLUMNS,
    SCORE_COLUMNS,
    SHEET_COLUMNS,
    intrusion_task,
    read_intrusion_key,
    score_intrusion,
)
from textkit.models.topic_terms import topic_terms
from textkit.models.topics import TopicModel, fit_topics

PATH = pd.DataFrame({"iteration": [1], "value": [0.0]})


@pytest.fixture(scope="module")
def model(planted):
    return fit_topics(planted.dtm, 3, random_state=1)


def five():
    rng = np.random.default_rng(3)
    theta = rng.dirichlet(np.full(5, 0.4), 12)
    theta = np.vstack([theta, np.full(5, np.nan)])
    beta = rng.dirichlet(np.full(40, 0.1), 5)
    docs = pd.DataFrame(index=[f"d{i}" for i in range(13)])
    return TopicModel(beta, theta, [f"w{i}" for i in range(40)], docs, [9] * 40, [20] * 12 + [0], PATH)


TEXTS = Corpus(["甲 乙\n丙 <b>" * 100] * 13, pd.DataFrame(index=[f"d{i}" for i in range(13)]))


def test_a_word_task(model):
    task = intrusion_task(model, n=4, random_state=5)
    assert task.sheet.columns.tolist() == SHEET_COLUMNS
    assert task.key.columns.tolist() == KEY_COLUMNS
    assert sorted(task.key["unit"]) == [1, 2, 3]
    tops = topic_terms(model, 4).groupby("topic")["term"].agg(list)
    for row in task.key.to_dict("records"):
        k = row["unit"]
        intruder = row["options"][row["intruder"] - 1]
        assert set(row["options"]) - {intruder} == set(tops[k])
        place = model.vocabulary.id(intruder)
        assert model.topic_term[k - 1, place] <= np.median(model.topic_term[k - 1])
        source = row["topics"][row["intruder"] - 1]
        others = topic_terms(model, 10)
        assert intruder in set(others.loc[others["topic"] == source, "term"])
        assert row["shares"][row["intruder"] - 1] == pytest.approx(model.topic_term[k - 1, place])
    assert task.sheet["answer"].tolist() == [""] * 3
    assert set(task.sheet["seal"]) == {task.seal}


def test_chance_is_the_seed_and_nothing_else(model):
    first, again, other = (intrusion_task(model, random_state=seed) for seed in (1, 1, 2))
    assert first.seal == again.seal != other.seal
    pd.testing.assert_frame_equal(first.key, again.key)
    assert first.salt != other.salt


def test_who_knows_the_key_of_one_model_does_not_know_that_of_another():
    rng = np.random.default_rng(8)
    places = []
    for _ in range(6):
        beta, theta = rng.dirichlet(np.full(40, 0.1), 5), np.full((1, 5), 0.2)
        other = TopicModel(beta, theta, [f"w{i}" for i in range(40)], pd.DataFrame(index=["d"]), [9] * 40, [20], PATH)
        places.append(tuple(intrusion_task(other, random_state=0).key["intruder"]))
    assert len(set(places)) == 6


def test_the_place_of_the_intruder_is_even(model):
    places = [place for seed in range(80) for place in intrusion_task(model, n=3, random_state=seed).key["intruder"]]
    counts = np.bincount(places, minlength=5)[1:]
    assert counts.sum() == 240
    assert counts.min() > 40 and counts.max() < 80


def test_a_topic_task():
    model = five()
    task = intrusion_task(model, kind="topics", corpus=TEXTS, n_docs=99, random_state=1)
    assert len(task.sheet) == 12  # the empty document is not asked about
    for row in task.key.to_dict("records"):
        theta = model.doc_topic[model.names.index(row["unit"])]
        order = np.argsort(-theta) + 1
        intruder = row["topics"][row["intruder"] - 1]
        assert set(row["topics"]) - {intruder} == set(order[:3].tolist())
        assert intruder in order[3:]
        np.testing.assert_allclose(row["shares"], theta[np.array(row["topics"]) - 1], rtol=1e-8)
    assert task.sheet["text"].str.len().max() == 401
    assert "\n" not in task.sheet["text"][0]
    assert "<b>" not in task.to_html() and task.seal in task.to_html()


def test_files_and_seal(model, tmp_path):
    task = intrusion_task(model, random_state=4)
    sheet, key = task.save(tmp_path, "words")
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbfitem,text,options,answer,seal\n")
    assert str(task.key["intruder"].tolist()) not in sheet.read_text(encoding="utf-8")
    again = read_intrusion_key(key)
    assert again.seal == task.seal
    pd.testing.assert_frame_equal(again.key, task.key)
    pd.testing.assert_frame_equal(again.sheet, task.sheet, check_dtype=False)
    assert [path.read_bytes() for path in task.save(tmp_path, "words")] == [sheet.read_bytes(), key.read_bytes()]
    with pytest.raises(ArgumentError, match=r"holds the key of another task\. Choose another name"):
        intrusion_task(model, random_state=9).save(tmp_path, "words")
    note = json.loads(key.read_text(encoding="utf-8"))
    note["key"][0]["intruder"] = note["key"][0]["intruder"] % 6 + 1
    key.write_text(json.dumps(note), encoding="utf-8")
    with pytest.raises(ReadError, match=r"was changed after it was sealed: its rows do not have the hash"):
        read_intrusion_key(key)
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ReadError, match=r"is not the key of an intrusion task"):
        read_intrusion_key(tmp_path / "x.json")


# scores


def answered(task, places):
    return task.sheet.assign(answer=places)


def test_scores_by_hand(model):
    task = intrusion_task(model, random_state=4)
    right = task.key["intruder"].tolist()
    wrong = [place % 6 + 1 for place in right]
    sheets = {
        "甲": answered(task, right),
        "乙": answered(task, [str(right[0]), "", wrong[2]]).sample(frac=1, random_state=0),
        "丙": answered(task, [float(right[0]), task.key["options"][1][right[1] - 1], np.nan]),
    }
    table = score_intrusion(sheets, task)
    assert table.columns.tolist() == SCORE_COLUMNS
    whole = table.iloc[0]
    assert (whole["unit"], whole["n_items"], whole["n_coders"]) == ("all", 3, 3)
    assert (whole["n_answers"], whole["n_correct"]) == (7, 6)
    assert whole["precision"] == pytest.approx(6 / 7)
    z = 1.959964
    centre, half = 6 / 7 + z**2 / 14, z * np.sqrt(6 / 7 / 7 / 7 + z**2 / 196)
    assert whole["ci_low"] == pytest.approx((centre - half) / (1 + z**2 / 7), rel=1e-5)
    assert whole["chance"] == pytest.approx(1 / 6)
    # pairs: item 1 agrees (3 of 3), item 2 (1 of 1), item 3 does not: mean share (1 + 1 + 0) / 3
    assert whole["agreement"] == pytest.approx(2 / 3)
    assert np.isnan(whole["log_odds"])
    assert table["unit"].tolist() == ["all", 1, 2, 3]
    assert table["alpha"].isna().tolist() == [False, True, True, True]
    assert table["n_correct"][1:].sum() == 6


def test_log_odds():
    model = five()
    task = intrusion_task(model, kind="topics", corpus=TEXTS, n_docs=4, random_state=2)
    right = task.key["intruder"].to_numpy()
    assert score_intrusion({"a": answered(task, right)}, task)["log_odds"].tolist() == [0.0] * 5
    wrong = right % 4 + 1
    table = score_intrusion({"a": answered(task, wrong)}, task)
    shares = np.stack(task.key["shares"])
    rows = np.arange(4)
    expected = np.log(shares[rows, right - 1] / shares[rows, wrong - 1])
    assert table["log_odds"][0] == pytest.approx(expected.mean(), rel=1e-6)
    assert (table["log_odds"] < 0).all()
    assert set(table["unit"][1:]) == set(task.key["unit"])


def test_files_and_tables_score_alike(model, tmp_path):
    task = intrusion_task(model, random_state=4)
    sheet, key = task.save(tmp_path)
    filled = pd.read_csv(sheet, dtype=str)
    filled["answer"] = ["1", "2", "3"]
    filled.to_csv(tmp_path / "甲.csv", index=False, encoding="utf-8-sig")
    from_files = score_intrusion({"甲": tmp_path / "甲.csv"}, key)
    from_tables = score_intrusion({"甲": answered(task, [1, 2, 3])}, task)
    pd.testing.assert_frame_equal(from_files, from_tables)
    assert from_files.attrs["textkit"]["inputs"]["key"] == task.seal


def test_bootstrap_of_items(model):
    task = intrusion_task(model, random_state=4)
    right = task.key["intruder"].tolist()
    half = [right[0], right[1], right[2] % 6 + 1]
    one = score_intrusion({"a": answered(task, half)}, task, ci="bootstrap")
    many = score_intrusion({str(i): answered(task, half) for i in range(9)}, task, ci="bootstrap")
    # nine coders who say the same say no more than one
    assert one.loc[0, ["ci_low", "ci_high"]].tolist() == many.loc[0, ["ci_low", "ci_high"]].tolist()
    assert many["ci_low"][1:].isna().all()


# in a notebook


def test_questions_and_answers_in_a_notebook(model):
    task = intrusion_task(model, random_state=4)
    options = task.key["options"]
    blocks = task.questions().split("\n\n")
    assert len(blocks) == 3
    for item, block in enumerate(blocks, start=1):
        assert block.splitlines() == [f"[{item}]", *(f"  {i}  {term}" for i, term in enumerate(options[item - 1], 1))]
    assert task.questions([3, 1]) == f"{blocks[2]}\n\n{blocks[0]}"
    right = task.key["intruder"].tolist()
    first = task.answer({1: options[0][right[0] - 1], 2: right[1], 3: right[2] % 6 + 1}, coder="甲")
    second = task.answer({3: str(right[2]), 1: None}, coder="乙")
    assert first.columns.tolist() == ["coder", *SHEET_COLUMNS]
    assert first["answer"].tolist() == [str(right[0]), str(right[1]), str(right[2] % 6 + 1)]
    assert second["answer"].tolist() == ["", "", str(right[2])]
    assert task.sheet["answer"].tolist() == ["", "", ""]  # the task itself stays empty
    table = score_intrusion(pd.concat([first, second]), task)
    assert (table["n_answers"][0], table["n_correct"][0], table["n_coders"][0]) == (4, 3, 2)
    pd.testing.assert_frame_equal(table, score_intrusion({"甲": first, "乙": second}, task))


def test_questions_show_the_passage():
    task = intrusion_task(five(), kind="topics", corpus=TEXTS, n_docs=2, random_state=1)
    for item, block in enumerate(task.questions().split("\n\n"), start=1):
        lines = block.splitlines()
        assert lines[0] == f"[{item}] {task.sheet['text'][item - 1]}"
        assert len(lines) == 5


def test_answers_of_several_coders_survive_a_file(model, tmp_path):
    task = intrusion_task(model, random_state=4)
    sheets = pd.concat([task.answer({1: 2, 2: 3}, coder=name) for name in ("甲", "乙")])
    sheets.to_csv(tmp_path / "answers.csv", index=False)
    again = pd.read_csv(tmp_path / "answers.csv")
    pd.testing.assert_frame_equal(score_intrusion(again, task), score_intrusion(sheets, task))


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda t: t.questions([9]), UnknownNameError, "unknown item 9. Available: 1, 2, 3."),
        (lambda t: t.answer({9: 1}, coder="甲"), UnknownNameError, "unknown item 9. Available: 1, 2, 3."),
        (
            lambda t: t.answer({1: "七"}, coder="甲"),
            ArgumentError,
            "the sheet of '甲' answers item 1 with '七', which is neither a number from 1 to 6",
        ),
        (lambda t: t.answer({1: 1}, coder=" "), ArgumentError, "coder must be a name, got an empty text."),
        (lambda t: t.answer([1, 2], coder="甲"), ArgumentError, "choices must be a Mapping, got a list."),
        (
            lambda t: score_intrusion(t.sheet, t),
            ArgumentError,
            "answers lacks the columns 'coder'; it has 'item', 'text', 'options', 'answer', 'seal'.",
        ),
        (
            lambda t: score_intrusion(t.sheet.assign(coder=["甲", None, None]), t),
            ArgumentError,
            "answers has 2 rows without a coder. Fill them in.",
        ),
        (
            lambda t: score_intrusion("sheet.csv", t),
            ArgumentError,
            "answers must be a Mapping or DataFrame, got a str. For example",
        ),
    ],
)
def test_messages_in_a_notebook(model, call, kind, message):
    with pytest.raises(kind) as error:
        call(intrusion_task(model, random_state=4))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"seal": "x"}, ArgumentError, "the sheet of '甲' does not carry the seal of this key ("),
        (
            {"answer": "七"},
            ArgumentError,
            "the sheet of '甲' answers item 1 with '七', which is neither a number from 1 to 6",
        ),
        (
            {"answer": 7},
            ArgumentError,
            "the sheet of '甲' answers item 1 with '7', which is neither a number from 1 to 6",
        ),
        ({"item": 1}, ArgumentError, "the sheet of '甲' has item 1 twice."),
        ({"item": 9}, UnknownNameError, "unknown item 9. Available: 1, 2, 3."),
        ({"answer": ""}, EmptyError, "there is no answer. Give the sheets that the coders filled in."),
    ],
)
def test_wrong_sheets(model, change, kind, message):
    task = intrusion_task(model, random_state=4)
    sheet = answered(task, 1).assign(**change)
    with pytest.raises(kind) as error:
        score_intrusion({"甲": sheet}, task)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda m: intrusion_task(m, kind="topics"),
            ArgumentError,
            'kind="topics" shows the documents: give the texts',
        ),
        (
            lambda m: intrusion_task(m, kind="topics", corpus=TEXTS),
            ArgumentError,
            "topic intrusion shows four topics, but the model has 3.",
        ),
        (
            lambda m: intrusion_task(five(), kind="topics", corpus=TEXTS[:3]),
            ArgumentError,
            "corpus lacks documents of the model: 'd3', 'd4', 'd5' and 6 more.",
        ),
        (lambda m: intrusion_task(m, topics=[4]), ArgumentError, "topics must be a whole number from 1 to 3, got 4."),
        (lambda m: intrusion_task(m, kind="word"), UnknownNameError, "unknown kind 'word'; did you mean 'words'?"),
        (lambda m: score_intrusion({}, intrusion_task(m)), EmptyError, "there is no answer."),
    ],
)
def test_messages(model, call, kind, message):
    with pytest.raises(kind) as error:
        call(model)
    assert str(error.value).startswith(message)


def test_topics_that_nobody_could_tell_apart():
    same = TopicModel(
        [[0.5, 0.3, 0.2]] * 2, [[1.0, 0.0], [0.0, 1.0]], ["甲", "乙", "丙"], pd.DataFrame(index=["a", "b"]),
        [1] * 3, [3, 3], PATH,
    )  # fmt: skip
    with pytest.raises(ArgumentError, match=r"^topic 1 has no intruder: all top terms of the other topics"):
        intrusion_task(same, n=3)
