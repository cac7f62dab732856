"""The map of the topics as a table and as a page."""

from __future__ import annotations

import json
import re
import subprocess
from shutil import which

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon

from textkit.errors import ArgumentError, UnknownNameError
from textkit.models.topic_map import COLUMNS, save_topic_map, topic_map
from textkit.models.topic_terms import topic_terms
from textkit.models.topics import TopicModel, fit_topics

PATH = pd.DataFrame({"iteration": [1], "value": [0.0]})


@pytest.fixture(scope="module")
def model(planted):
    return fit_topics(planted.dtm, 3, random_state=1)


def data_of(text, name="data"):
    return json.loads(re.search(rf'id="{name}">(.*?)</script>', text, re.DOTALL).group(1))


def test_three_topics_keep_their_distances(model):
    table = topic_map(model)
    assert table.columns.tolist() == COLUMNS
    places = table[["x", "y"]].to_numpy()
    for i, j in ((0, 1), (0, 2), (1, 2)):
        expected = jensenshannon(model.topic_term[i], model.topic_term[j], base=2)
        assert np.linalg.norm(places[i] - places[j]) == pytest.approx(expected, abs=1e-6)
    assert table.attrs["textkit"]["settings"]["kept"] == 1.0
    np.testing.assert_allclose(table["share"], model.doc_topic.mean(axis=0))  # all documents are equally long
    assert table["terms"].tolist() == [" ".join(group["term"]) for _, group in topic_terms(model).groupby("topic")]


def test_one_topic_and_no_tokens():
    one = TopicModel([[0.5, 0.5]], [[np.nan]], ["甲", "乙"], pd.DataFrame(index=["a"]), [0, 0], [0], PATH)
    table = topic_map(one)
    assert table[["x", "y"]].to_numpy().tolist() == [[0.0, 0.0]]
    assert table["share"].isna().all()


def test_the_page_holds_the_numbers_and_asks_for_nothing(model, tmp_path):
    text = save_topic_map(model, tmp_path / "map.html", n=5).read_text(encoding="utf-8")
    data = data_of(text)
    assert [topic["number"] for topic in data["topics"]] == [1, 2, 3]
    places = model.vocabulary.ids(data["terms"])
    np.testing.assert_allclose(data["phi"], model.topic_term[:, places], rtol=1e-4)
    assert data["counts"] == model.term_counts[places].tolist()
    # the first terms at any place of the slider are on the page
    for weight in (0.0, 0.3, 0.6, 1.0):
        table = topic_terms(model, 5, by="relevance", relevance_lambda=weight)
        assert set(table["term"]) <= set(data["terms"])
    assert not re.search(r"""(src|href|action)\s*=|@import|url\(|fetch|XMLHttp|<link|innerHTML|eval\(""", text)
    assert re.findall(r"https?:[^\"' ]*", text) == ["http://www.w3.org/2000/svg"]
    assert "default-src 'none'" in text
    assert save_topic_map(model, tmp_path / "again.html", n=5).read_text(encoding="utf-8") == text
    assert data_of(text, "provenance")["function"] == "save_topic_map"


def test_nothing_from_outside_becomes_markup(tmp_path):
    nasty = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>"]
    model = TopicModel([[0.7, 0.3]], [[1.0]], nasty, pd.DataFrame(index=["a"]), [7, 3], [10], PATH)
    path = save_topic_map(model, tmp_path / "map.html", labels={1: "</svg><b>"}, title='"><script>alert(3)</script>')
    text = path.read_text(encoding="utf-8")
    assert text.count("<script") == 4
    assert "<img" not in text and "<b>" not in text and "alert(3)</script>" not in text
    assert data_of(text)["terms"] == nasty


def test_no_nan_in_the_json(tmp_path):
    one = TopicModel([[0.5, 0.5]], [[np.nan]], ["甲", "乙"], pd.DataFrame(index=["a"]), [0, 0], [0], PATH)
    text = save_topic_map(one, tmp_path / "map.html").read_text(encoding="utf-8")
    assert "NaN" not in re.sub(r"<script>.*</script>", "", text, flags=re.DOTALL)
    assert data_of(text)["terms"] == []


@pytest.mark.machine
@pytest.mark.skipif(which("chromium") is None, reason="needs the browser chromium")
def test_the_script_runs(model, tmp_path):
    path = save_topic_map(model, tmp_path / "map.html", n=4, lang="en", labels={1: "a<b"})
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    page = done.stdout.decode()
    if "<html" not in page:  # the summary of the run names what was passed over
        pytest.skip(f"chromium is there but does not start: {done.stderr.decode()[-200:]}")
    assert page.count('class="term"') == 4
    first = topic_terms(model, 4, by="relevance", relevance_lambda=0.6).query("topic == 1")["term"].tolist()
    chart = page[page.index('id="terms"') :]
    places = [chart.index(f">{term}<") for term in first]
    assert places == sorted(places)
    assert ">1 a&lt;b<" in page


def test_messages(model, tmp_path):
    with pytest.raises(UnknownNameError, match=r"^unknown topic 4"):
        save_topic_map(model, tmp_path / "x.html", labels={4: "x"})
    with pytest.raises(ArgumentError, match=r"^n must be a whole number from 1 to 100, got 101\.$"):
        save_topic_map(model, tmp_path / "x.html", n=101)
