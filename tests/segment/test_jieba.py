"""Jieba as a value: settings, provenance, part of speech, isolation from jieba's globals, threads, cache."""

from __future__ import annotations

import hashlib
import marshal
import os
import pickle
import re
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from textkit.errors import ArgumentError, TextkitError, TextkitWarning, UnknownNameError
from textkit.segment import engine_python, engine_rust
from textkit.segment.engine_python import PythonEngine, cache_folder
from textkit.segment.jieba import Jieba

posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes of files are those of POSIX systems")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for caches and a small dictionary; returns the folder that textkit will make there."""
    engine_python._library()  # the real one; only the dictionary is replaced
    small = tmp_path / "jieba"
    small.mkdir()
    (small / "dict.txt").write_text("推进 10 v\n网格化 10 n\n管理 10 v\n", encoding="utf-8")
    monkeypatch.setattr(engine_python, "jieba_folder", lambda: small)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "textkit" / "jieba"


def both(**settings: Any) -> tuple[Jieba, Jieba]:
    return Jieba(**settings), Jieba(engine="python", **settings)


# --- what comes out ---------------------------------------------------------------------------------------------


def test_with_and_without_the_model() -> None:
    # 杭研 is in no dictionary: the model joins it (the example of jieba's own README).
    for cutter in both():
        assert cutter.cut("他来到了网易杭研大厦") == ["他", "来到", "了", "网易", "杭研", "大厦"]
    for cutter in both(hmm=False):
        assert cutter.cut("他来到了网易杭研大厦") == ["他", "来到", "了", "网易", "杭", "研", "大厦"]


def test_signs_are_cut_as_jieba_cuts_them() -> None:
    for cutter in both():
        assert cutter.cut("F-16") == ["F", "-", "16"]
        assert cutter.cut("2022-09-18") == ["2022", "-", "09", "-", "18"]
        assert cutter.cut("增长3.6%，v1.2.3") == ["增长", "3.6%", "，", "v1.2", ".", "3"]
        assert cutter.cut("AT&T_b") == ["AT&T", "_", "b"]
        assert cutter.cut("㐀𠀀国\ud800") == ["㐀", "𠀀", "国", "\ud800"]


def test_user_words() -> None:
    for cutter in both(words=["网格化管理", ("5G基站", None, "n"), "e-mail"]):
        assert cutter.cut("网格化管理，用5G基站发e-mail-1") == [
            *("网格化管理", "，", "用", "5G基站", "发", "e-mail", "-", "1")
        ]


def test_a_frequency_decides() -> None:
    """低保 against 低 and 保: 1 is too light without the model, 10 ** 6 is enough."""
    for cutter in both(words=[("的一", 1)], hmm=False):
        assert cutter.cut("的一") == ["的", "一"]
    for cutter in both(words=[("的一", 1_156)], hmm=False):  # the least that wins, see test_jieba_parity
        assert cutter.cut("的一") == ["的一"]


def test_deleted_words() -> None:
    for cutter in both(words={"管理": 0}):
        assert cutter.cut("网格化管理和管理") == ["网格化", "管", "理", "和", "管", "理"]


def test_user_words_win_over_the_lexicon() -> None:
    for cutter in both(lexicon=[("的一", 1)], words=[("的一", 1_156)], hmm=False):
        assert cutter.cut("的一") == ["的一"]


# --- settings and provenance ------------------------------------------------------------------------------------


def test_repr_names_every_setting() -> None:
    assert repr(Jieba()) == "Jieba(hmm=True, words=(), lexicon=None, engine='rust', tagger=None)"
    shown = Jieba(hmm=False, words=["网格化", ("低保", 500), ("一网通办", None, "n")], engine="python", tagger="jieba")
    assert repr(shown) == (
        "Jieba(hmm=False, words=('网格化', ('低保', 500), ('一网通办', None, 'n')), lexicon=None, "
        "engine='python', tagger='jieba')"
    )
    many = repr(Jieba(words=[f"网格{i}" for i in range(1_000)]))
    assert re.fullmatch(
        r"Jieba\(hmm=True, words=<1,000 words, sha256 [0-9a-f]{16}>, lexicon=None, engine='rust', tagger=None\)", many
    )


def test_a_lexicon_is_named_by_its_checksum_not_its_path(tmp_path: Path) -> None:
    data = "网格化管理 500 n\n".encode()
    for name in ("a.txt", "b.dict"):
        (tmp_path / name).write_bytes(data)
    one, other = Jieba(lexicon=tmp_path / "a.txt"), Jieba(lexicon=str(tmp_path / "b.dict"))
    assert one == other
    assert repr(one) == repr(other)
    assert f"lexicon=<1 words, sha256 {hashlib.sha256(data).hexdigest()[:16]}>" in repr(one)


def test_a_lexicon_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("网格化管理", encoding="utf-8")
    cutter = Jieba(lexicon=path)
    path.write_text("化管", encoding="utf-8")
    assert cutter.cut("网格化管理") == ["网格化管理"]
    assert pickle.loads(pickle.dumps(cutter)).cut("网格化管理") == ["网格化管理"]


def test_a_set_of_words_has_one_order() -> None:
    assert repr(Jieba(words={"网格化管理", "一网通办", "低保户"})) == repr(
        Jieba(words=frozenset(["低保户", "网格化管理", "一网通办"]))
    )


def test_settings_are_values() -> None:
    assert Jieba(words=["网格"]) == Jieba(words=("网格",))
    assert hash(Jieba()) == hash(Jieba())
    assert Jieba() != Jieba(hmm=False)
    with pytest.raises(AttributeError):
        Jieba().hmm = False  # type: ignore[misc]


def test_the_dictionary_is_not_sent_to_other_processes() -> None:
    cutter = Jieba(words=["网格化管理"])
    cutter.cut("网格化管理")
    assert len(pickle.dumps(cutter)) < 1_000


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hmm": 1}, "hmm must be a bool, got a int."),
        (
            {"words": "网格化管理"},
            (
                "words must be a list of words, got one string. Put it in a list: ['网格化管理']; "
                "give a file as lexicon=path."
            ),
        ),
        ({"words": Path("a.txt")}, "words must be a list of words, got a path. Give a file as lexicon=path."),
        (
            {"words": 3},
            (
                "words must be words, a file or a table, got a int. Give a list such as ['高质量发展', "
                "('网格化', 500, 'n')], the path of a jieba dictionary, csv, tsv or xlsx, or a DataFrame."
            ),
        ),
        (
            {"engine": "python", "tagger": "rjieba"},
            'tagger="rjieba" tags the words of engine="rust". Use that engine, or tagger="jieba".',
        ),
    ],
)
def test_refused_settings(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^{re.escape(message)}$"):
        Jieba(**settings)


def test_unknown_engine_and_tagger() -> None:
    with pytest.raises(UnknownNameError, match="unknown engine 'rusty'; did you mean 'rust'?"):
        Jieba(engine="rusty")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="unknown tagger 'posseg'. Available: 'jieba', 'rjieba'"):
        Jieba(tagger="posseg")  # type: ignore[arg-type]


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    with pytest.raises(TextkitError, match=re.escape("Install it: pip install rjieba; or use jieba itself")):
        Jieba().cut("网格")


# --- part of speech ---------------------------------------------------------------------------------------------


def test_tags_of_posseg_are_the_reference(reference: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from jieba.posseg import POSTokenizer
    text = "杭研大厦的F-16件新事，2024年3.6%，㐀龘靐。\r\n"
    wanted = [(pair.word, pair.flag) for pair in POSTokenizer(reference()).lcut(text)]
    cutter = Jieba(tagger="jieba")
    assert [(text[a:b], tag) for a, b, tag in cutter.tagged(text)] == wanted
    assert cutter.cut(text) == [word for word, _ in wanted]  # one object cuts in one way
    assert cutter.cut("新事") == ["新", "事"]
    assert Jieba().cut("新事") == ["新事"]


def test_tags_of_rjieba_keep_the_words() -> None:
    text = "杭研大厦的F-16件新事，2024年3.6%，㐀龘靐\ud800C++-1。\r\n"
    cutter = Jieba(tagger="rjieba")
    assert [text[a:b] for a, b, _ in cutter.tagged(text)] == Jieba().cut(text) == cutter.cut(text)
    tags = {text[a:b]: tag for a, b, tag in cutter.tagged(text)}
    assert [tags[w] for w in ("大厦", "的", "F", "-", "16", "2024", "㐀", "\ud800")] == [
        *("n", "uj", "eng", "x", "m", "m", "x", "x")
    ]


def test_user_words_have_the_tag_of_the_user() -> None:
    words = [("网格化管理", None, "mine"), ("大厦", 500, "mine"), "网化管"]
    for name in ("jieba", "rjieba"):
        cutter = Jieba(words=words, tagger=name)  # type: ignore[arg-type]
        assert [tag for _, _, tag in cutter.tagged("网格化管理大厦网化管")] == ["mine", "mine", "x"]


def test_without_a_tagger_there_are_no_tags() -> None:
    with pytest.raises(ArgumentError, match=re.escape('this Jieba has no tagger. Make one with Jieba(tagger="jieba")')):
        Jieba().tagged("网格")


# --- isolation --------------------------------------------------------------------------------------------------


def test_nothing_of_jieba_is_changed_and_jieba_changes_nothing(reference: Any) -> None:
    import jieba

    plain = reference()  # clears the deleted words that jieba keeps for the whole process
    before = plain.lcut("网格化管理和今天天气")
    for cutter in both(words=["网格化管理", ("今天天气", 0)]):
        assert cutter.cut("网格化管理和今天天气")[0] == "网格化管理"
    assert plain.lcut("网格化管理和今天天气") == before
    assert jieba.finalseg.Force_Split_Words == set()
    assert not jieba.dt.initialized
    jieba.finalseg.add_force_split("杭研")
    try:
        for cutter in both():
            assert cutter.cut("杭研大厦") == ["杭研", "大厦"]
    finally:
        jieba.finalseg.Force_Split_Words.clear()


def test_two_objects_do_not_share_words() -> None:
    with_word = Jieba(engine="python", words=[("网格化", 0), "化管理"])
    without = Jieba(engine="python")
    assert with_word.cut("网格化管理") == ["网格", "化管理"]
    assert without.cut("网格化管理") == ["网格化", "管理"]


def test_loading_is_silent_and_quick() -> None:
    """A fresh process: no output, no jieba and no numpy for the fast engine, warnings are errors."""
    code = (
        "import sys\n"
        "from textkit.segment import as_segmenter\n"
        "from textkit.segment.jieba import Jieba\n"
        "as_segmenter('jieba').cut('推进网格化管理2022-09-18')\n"
        "loaded = [m for m in ('numpy', 'pandas', 'jieba', '_textkit_jieba') if m in sys.modules]\n"
        "assert not loaded, loaded\n"
        "Jieba(engine='python', tagger='jieba').tagged('推进网格化管理')\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("engine", ["rust", "python"])
def test_threads(engine: Any) -> None:
    """Objects with different deleted words cut at the same time, each from a cold start."""
    texts = ["网格化管理C++-1", "今天天气不错", "杭研大厦2022-09-18"] * 10
    cutters = [Jieba(engine=engine), Jieba(engine=engine, words=[("管理", 0), ("今天天气", 0)])]
    alone = [Jieba(engine=engine, words=cutter.words) for cutter in cutters]
    wanted = [[cutter.cut(text) for text in texts] for cutter in alone]
    start = threading.Barrier(4)

    def work(i: int) -> bool:
        start.wait()
        return [cutters[i % 2].cut(t) for t in texts] == wanted[i % 2]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [True] * 4


# --- the cache --------------------------------------------------------------------------------------------------


def cut_afresh() -> list[str]:
    return PythonEngine((), hmm=True).cut("推进网格化管理")


def test_the_cache_is_private_and_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cut_afresh() == ["推进", "网格化", "管理"]
    (file,) = cache.iterdir()
    if os.name == "posix":
        assert [p.stat().st_mode & 0o777 for p in (cache.parent, cache, file)] == [0o700, 0o700, 0o600]
    monkeypatch.setattr(engine_python._library().Tokenizer, "gen_pfdict", None)  # building it again would fail
    assert cut_afresh() == ["推进", "网格化", "管理"]


def planted(total: int = 3) -> bytes:
    word = "推进网格化管理"
    payload = marshal.dumps(({**{word[:i]: 0 for i in range(1, len(word))}, word: total}, total))
    return hashlib.sha256(payload).digest() + payload


@posix
def test_a_planted_cache_is_not_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_afresh()
    (file,) = cache.iterdir()
    file.write_bytes(planted())
    assert cut_afresh() == ["推进网格化管理"]  # so far it is our own file, and it would matter
    file.chmod(0o666)  # anybody might have written to it
    assert cut_afresh() == ["推进", "网格化", "管理"]
    file.unlink()
    target = cache.parent / "elsewhere"
    target.write_bytes(planted())
    file.symlink_to(target)  # not followed
    assert cut_afresh() == ["推进", "网格化", "管理"]


@posix
def test_a_folder_that_others_can_change_is_refused(cache: Path) -> None:
    cut_afresh()
    for folder, mode in ((cache, 0o755), (cache.parent, 0o777)):
        folder.chmod(mode)
        with pytest.warns(TextkitWarning, match=rf"is not used, because {folder.name} is open to other users \(mode 0"):
            assert cut_afresh() == ["推进", "网格化", "管理"]
        folder.chmod(0o700)


@posix
def test_a_folder_of_somebody_else_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.mkdir(parents=True, mode=0o700)
    cache.parent.chmod(0o700)
    monkeypatch.setattr(os, "getuid", lambda: 12_345)
    with pytest.warns(TextkitWarning, match="is not used, because textkit belongs to another user"):
        assert cut_afresh() == ["推进", "网格化", "管理"]


def test_a_torn_cache_is_not_unmarshalled(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_afresh()
    (file,) = cache.iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    monkeypatch.setattr(marshal, "loads", None)
    assert cut_afresh() == ["推进", "网格化", "管理"]


def test_without_a_place_for_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cut_afresh() == ["推进", "网格化", "管理"]


def test_a_full_disk_is_no_reason_to_stop(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> Iterator[None]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine_python.tempfile, "mkstemp", full)
    assert cut_afresh() == ["推进", "网格化", "管理"]
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    ("platform", "environment", "place"),
    [
        ("linux", {"XDG_CACHE_HOME": "/somewhere"}, "/somewhere/textkit/jieba"),
        ("linux", {"XDG_CACHE_HOME": "not/absolute", "HOME": "/home/x"}, "/home/x/.cache/textkit/jieba"),
        ("darwin", {"HOME": "/home/x"}, "/home/x/Library/Caches/textkit/jieba"),
        ("win32", {"LOCALAPPDATA": "/app/data"}, "/app/data/textkit/jieba"),
    ],
)
@posix
def test_where_the_cache_belongs(
    platform: str, environment: dict[str, str], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == Path(place)


def test_an_older_or_newer_rjieba_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a release makes of runs of ASCII is cut again: here one that keeps them all whole."""

    class Gluing:
        def __init__(self, real: Any) -> None:
            self.real = real

        def cut(self, text: str, hmm: bool) -> list[str]:
            glued: list[str] = []
            for word in self.real.cut(text, hmm):
                if glued and word.isascii() and glued[-1].isascii() and re.search(r"[._-]", word + glued[-1]):
                    glued[-1] += word
                else:
                    glued.append(word)
            return glued

    engine = engine_rust.RustEngine((), hmm=True)
    text = "在2022-09-18的a_b.c-1中"
    wanted = engine.cut(text)
    engine._jieba = Gluing(engine._jieba)
    assert engine.cut(text) == wanted
