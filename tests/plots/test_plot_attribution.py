"""plot_attribution, and plot_confusion of authors, by their artists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError
from textkit.matrix import DocumentTermMatrix
from textkit.plots.agreement import plot_confusion
from textkit.plots.attribution import plot_attribution
from textkit.stats.attribution import Attribution, attribution


def found() -> Attribution:
    docs = pd.DataFrame({"author": ["甲", "甲", "乙", "乙", "乙", None]}, index=["a", "b", "c", "d", "e", "x"])
    counts = [[9, 2, 4], [8, 3, 5], [3, 8, 4], [2, 9, 5], [9, 2, 5], [9, 3, 4]]
    return attribution(DocumentTermMatrix(counts, ["的", "了", "是"], docs), n_terms=3, measure="burrows")


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_in_question_first_then_wrong_then_the_narrowest():
    texts = found().texts
    ax = plot_attribution(texts)
    order = names(ax)
    by_doc = texts.set_index("doc")
    gaps = by_doc["distance_runner_up"] - by_doc["distance"]
    wrong, right = (gaps[by_doc["correct"] == c].sort_values().index.tolist() for c in (0, 1))
    # e is written like 甲, and b is then like nobody for sure
    assert set(wrong) == {"b", "e"} and order == ["x", *wrong, *right]
    drawn = [line for line in ax.lines if len(line.get_xdata()) == 1]
    filled = {order[int(d.get_ydata()[0])]: d.get_xdata()[0] for d in drawn if d.get_markerfacecolor() != "white"}
    hollow = {order[int(d.get_ydata()[0])]: d.get_xdata()[0] for d in drawn if d.get_markerfacecolor() == "white"}
    assert filled == pytest.approx(by_doc["distance"].to_dict(), rel=1e-5)
    assert hollow == pytest.approx(by_doc["distance_runner_up"].to_dict(), rel=1e-5)
    written = [text.get_text() for text in ax.texts]
    middle = written.index("判定")
    assert written[:middle] == by_doc.loc[order, "predicted"].tolist()
    assert written[middle + 1 : -1] == by_doc.loc[order, "actual"].fillna("?").tolist() and written[-1] == "实际"
    assert ax.get_xlabel() == "到作者的距离（Burrows Delta）；5 篇已知文本中 3 篇正确"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "判定正确",
        "判定错误",
        "作者未知",
        "次近的作者",
    ]


def test_n_labels_and_the_record():
    ax = plot_attribution(found().texts, n=2, lang="en", labels={"x": "X?", "甲": "A"})
    assert names(ax)[0] == "X?" and len(names(ax)) == 2
    assert ax.get_xlabel().endswith("; 3 of 5 known texts right; 4 texts are left out")
    (drawn,) = drawing.recall([ax])
    assert drawn.settings["labels"] == {"x": "X?", "甲": "A"} and drawn.table["doc"].tolist()[0] == "x"


def test_a_text_without_a_runner_up_and_one_given_to_nobody():
    texts = found().texts
    texts.loc[texts["doc"] == "a", ["runner_up", "distance_runner_up"]] = np.nan
    texts.loc[texts["doc"] == "b", ["predicted", "distance"]] = np.nan
    ax = plot_attribution(texts)
    assert "a" in names(ax) and "b" not in names(ax)
    with pytest.raises(EmptyError, match="^table has no text with an author named, so there is nothing to draw.$"):
        plot_attribution(texts[texts["doc"] == "b"])
    with pytest.raises(ArgumentError, match=r"Make the table with attribution\(dtm\)\.texts"):
        plot_attribution(found().summary)


def test_nothing_overlaps():
    rng = np.random.default_rng(0)
    n = 30
    near = rng.uniform(0.5, 1, n)
    texts = pd.DataFrame(
        {
            "doc": [f"很长很长的文档名字{i}" for i in range(n)],
            "actual": rng.choice(["某一位作者甲", "某一位作者乙", None], n),
            "predicted": "某一位名字非常长的作者先生",
            "distance": near,
            "runner_up": "乙",
            "distance_runner_up": near + 0.2,
            "correct": rng.choice([0.0, 1.0, np.nan], n),
        }
    )
    ax = plot_attribution(texts, title="标题")
    ax.figure.canvas.draw()
    written = [*ax.texts, *ax.get_yticklabels(), *ax.get_legend().get_texts(), ax._left_title]
    boxes = [text.get_window_extent() for text in written if text.get_text()]
    assert not any(a.shrunk(0.9, 0.8).overlaps(b.shrunk(0.9, 0.8)) for i, a in enumerate(boxes) for b in boxes[:i])
    assert max(box.x1 for box in boxes) <= ax.figure.bbox.x1 + 1


def test_confusion_of_authors():
    table = found().confusion
    ax = plot_confusion(table)
    assert names(ax) == ["乙", "甲"] and (ax.get_ylabel(), ax.get_xlabel()) == ("实际作者", "判定作者")
    square = table.pivot(index="actual", columns="predicted", values="n").loc[["乙", "甲"], ["乙", "甲"]].to_numpy()
    written = [text.get_text() for text in ax.texts]
    assert written == [str(count) for row in square.tolist() for count in row]
    assert plot_confusion(table, lang="en").get_ylabel() == "Actual author"
    with pytest.raises(ArgumentError, match=r"table lacks the columns 'n'; .* Make the table with attribution\(dtm\)"):
        plot_confusion(table.drop(columns="n"))
    with pytest.raises(
        EmptyError, match=r"^table has no units, .* Check what went into attribution\(dtm\).confusion.$"
    ):
        plot_confusion(table.assign(n=0))
