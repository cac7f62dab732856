"""Many fits, in several processes, kept in a folder: what is there need not be fitted again."""

from __future__ import annotations

import dataclasses
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit import errors
from textkit.errors import ArgumentError, ReadError, TextkitError, TextkitWarning, check_int, check_path
from textkit.matrix import DocumentTermMatrix
from textkit.models.topics import Floats, TopicMethod, TopicModel, _described, _rebuilt, fit_topics
from textkit.progress import track
from textkit.provenance import sha256, versions
from textkit.selection import groups
from textkit.storage import write_bytes

_DIED = "the process that fitted {} ended without an answer; perhaps there is too little memory. Try n_jobs=1."
_LIBRARIES = ("textkit-zh", "numpy", "scipy", "scikit-learn", "numba", "tomotopy")  # what can change a fit


@dataclass(frozen=True, slots=True)
class Job:
    """One fit: so many topics, a seed, and how its documents differ from those of the matrix.

    ``resample``: the seed by which they are drawn with replacement (`resampled`); ``shuffle``: the seed by which the
    values of the column ``by`` change places (`shuffled`).
    """

    n_topics: int
    seed: int
    resample: int | None = None
    shuffle: int | None = None
    by: str = ""
    within: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A job that is done: its model, the seconds it took, and what it warned of."""

    job: Job
    model: TopicModel
    seconds: float
    warnings: tuple[str, ...]


def run_jobs(
    dtm: DocumentTermMatrix,
    jobs: Sequence[Job],
    method: str | TopicMethod,
    *,
    start: Floats | None = None,
    folder: str | os.PathLike[str] | None = None,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> list[Run]:
    """Fit every job, those that the folder does not hold yet, and return them in their order; see `each_run`."""
    runs = each_run(dtm, jobs, method, start=start, folder=folder, n_jobs=n_jobs, progress=progress, stacklevel=4)
    return list(runs)


def each_run(
    dtm: DocumentTermMatrix,
    jobs: Sequence[Job],
    method: str | TopicMethod,
    *,
    start: Floats | None = None,
    folder: str | os.PathLike[str] | None = None,
    n_jobs: int | None = None,
    progress: bool | None = None,
    stacklevel: int = 3,
) -> Iterator[Run]:
    """Fit every job, those that the folder does not hold yet, and yield them in the order of the jobs.

    All fits are done before the first one is yielded; only one model at a time is in memory. ``start``: topics (K, V)
    that the method, an STM, starts from.

    Every fit is written to the folder as soon as it is done, under a name made of the matrix, the method, the job and
    the versions of the libraries; so work that was interrupted goes on where it stopped, and nothing is taken for
    something else. Processes change nothing in the result. Interrupted by the keyboard, the fits that are done come
    back, with a warning; if there is none, the interruption goes on.
    """
    workers = min(_workers(n_jobs), len(jobs))
    with _kept(folder) as place:
        names = [_name(dtm, method, job, start) for job in jobs]
        wanted = {name: job for name, job in zip(names, jobs, strict=True) if not (place / f"{name}.json").is_file()}
        try:
            for _ in track(
                _fitted(dtm, wanted, method, start, place, workers), "fitting", total=len(wanted), show=progress
            ):
                pass
        except KeyboardInterrupt:
            done = [(name, job) for name, job in zip(names, jobs, strict=True) if (place / f"{name}.json").is_file()]
            if not done:
                raise
            warnings.warn(
                f"interrupted: {len(done)} of {len(jobs)} fits are done, and the table is about these. "
                + ("Call again with the same folder to go on." if folder is not None else ""),
                TextkitWarning,
                stacklevel=stacklevel,
            )
        else:
            done = list(zip(names, jobs, strict=True))
        for name, job in done:
            yield _read(place, name, job)


def tell_warnings(runs: Sequence[Run], *, stacklevel: int = 3) -> None:
    """Pass on what fits warned of, each text once with the number of fits."""
    texts: dict[str, int] = {}
    for run in runs:
        for text in dict.fromkeys(run.warnings):
            texts[text] = texts.get(text, 0) + 1
    for text, times in texts.items():
        warnings.warn(f"{times} of {len(runs)} fits: {text}", TextkitWarning, stacklevel=stacklevel)


def check_seeds(seeds: int | Sequence[int]) -> list[int]:
    """Return the seeds: a number n stands for 0 to n - 1.

    >>> check_seeds(3), check_seeds([7, 9])
    ([0, 1, 2], [7, 9])
    """
    if isinstance(seeds, (list, tuple, range, np.ndarray)):
        found = [check_int("seeds", seed, minimum=0) for seed in seeds]
        if not found or len(set(found)) < len(found):
            raise ArgumentError(f"seeds must be different whole numbers, at least one, got {list(seeds)!r}.")
        return found
    return list(range(check_int("seeds", seeds, minimum=1)))  # type: ignore[arg-type]


def child_seeds(random_state: int, n: int, first: int = 0) -> list[int]:
    """Return seeds number ``first`` to ``first + n - 1`` that belong to a seed; they do not depend on n.

    >>> child_seeds(7, 3)[1:] == child_seeds(7, 2, first=1)
    True
    """
    return [int(np.random.SeedSequence([random_state, i]).generate_state(1)[0]) for i in range(first, first + n)]


def resampled(dtm: DocumentTermMatrix, seed: int, cluster: str = "") -> DocumentTermMatrix:
    """Draw as many documents as there are, with replacement; a second copy is called ``doc~2``, and so on.

    With ``cluster``, a column of docs, as many of its values are drawn as there are, each with all its documents.
    """
    drawn = drawn_rows(dtm.docs, seed, cluster)
    docs = dtm.docs.iloc[drawn]
    copy = docs.groupby(level=0).cumcount().to_numpy() + 1
    names = [dtm.names[row] for row in drawn.tolist()]
    docs.index = pd.Index([f"{name}~{i}" if i > 1 else name for name, i in zip(names, copy.tolist(), strict=True)])
    return DocumentTermMatrix(dtm.matrix[drawn], dtm.vocabulary, docs, dtm.weighting)


def drawn_rows(docs: pd.DataFrame, seed: int, cluster: str = "") -> NDArray[np.intp]:
    """Return the rows that a seed draws with replacement, in order.

    >>> drawn_rows(pd.DataFrame({"town": ["a", "b", "a", "b"]}), 0, "town").tolist()
    [1, 1, 3, 3]
    """
    codes = groups(docs, cluster)[0] if cluster else np.arange(len(docs))
    n = int(codes.max()) + 1
    times = np.bincount(np.random.default_rng(seed).integers(0, n, n), minlength=n)
    return np.repeat(np.arange(len(docs)), times[codes])


def shuffled(dtm: DocumentTermMatrix, by: str, seed: int, *, within: str = "", cluster: str = "") -> DocumentTermMatrix:
    """Let the values of a column change places, among all documents or within each value of another column.

    With ``cluster`` a value belongs to all documents of a cluster and moves to all documents of another one.
    """
    docs = dtm.docs
    units = groups(docs, cluster)[0] if cluster else np.arange(len(docs))
    first = np.unique(units, return_index=True)[1]
    strata = groups(docs, within)[0][first] if within else np.zeros(len(first), dtype=np.intp)
    rng = np.random.default_rng(seed)
    source = np.arange(len(first))
    for stratum in range(int(strata.max()) + 1):
        places = np.flatnonzero(strata == stratum)
        source[places] = rng.permutation(places)
    docs[by] = docs[by].iloc[first[source][units]].array
    return DocumentTermMatrix(dtm.matrix, dtm.vocabulary, docs, dtm.weighting)


def _fitted(
    dtm: DocumentTermMatrix,
    wanted: dict[str, Job],
    method: str | TopicMethod,
    start: Floats | None,
    place: Path,
    workers: int,
) -> Iterator[str]:
    told = _told(method) if workers > 1 and len(wanted) > 1 else None
    if told is None:  # one process, or a method of the user's own, which other processes do not know
        for name, job in wanted.items():
            yield _fit(dtm, job, method, start, place, name)
        return
    source = place / f"{sha256(dtm.fingerprint)[:16]}.dtm.parquet"
    topics = source.with_name(f"{source.stem}.npy")
    dtm.save(source)
    if start is not None:
        np.save(topics, start, allow_pickle=False)
    try:
        # large fits first, so that no process is left alone with the longest one
        order = sorted(wanted.items(), key=lambda item: -item[1].n_topics)
        setting = {
            "source": str(source), "method": told, "place": str(place), "start": None if start is None else str(topics),
        }  # fmt: skip
        calls = [{"name": name, "job": dataclasses.astuple(job)} for name, job in order]
        yield from _shared_out(setting, calls, workers)
    finally:
        source.unlink(missing_ok=True)
        topics.unlink(missing_ok=True)


def _shared_out(setting: dict[str, Any], calls: list[dict[str, Any]], workers: int) -> Iterator[str]:
    """Give the calls to interpreters of their own, which read JSON and write JSON; yield names as they are done.

    Not multiprocessing: its processes run the script of the user again, and understand nothing but pickles.
    """
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "TEXTKIT_PROGRESS": "0"}
    waiting = deque(calls)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", "from textkit.models.topic_runs import work; work()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            encoding="utf-8",
            start_new_session=True,  # an interruption is for this process, which then ends the others
        )
        for _ in range(workers)
    ]
    answers: queue.Queue[dict[str, str]] = queue.Queue()

    def attend(process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None and process.stdout is not None
        while True:
            try:
                call = waiting.popleft()
            except IndexError:
                return
            try:
                process.stdin.write(json.dumps(setting | call) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except OSError:
                line = ""
            if not line:
                answers.put({"error": "TextkitError", "message": _DIED.format(call["name"])})
                return
            answers.put(json.loads(line))

    threads = [threading.Thread(target=attend, args=(process,), daemon=True) for process in processes]
    for thread in threads:
        thread.start()
    try:
        for _ in calls:
            answer = answers.get()
            if "error" in answer:
                raise getattr(errors, answer["error"], TextkitError)(answer["message"])
            yield answer["name"]
    finally:
        waiting.clear()
        for process in processes:
            process.kill()
            process.wait()
        for thread in threads:
            thread.join()
        for process in processes:
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()


def work() -> None:
    """Fit what stands on standard input, a JSON object a line, and answer each with a line: what a process runs."""
    loaded: dict[str, DocumentTermMatrix] = {}
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    for line in sys.stdin:
        call = json.loads(line)
        try:
            source = call["source"]
            if source not in loaded:
                loaded[source] = DocumentTermMatrix.load(source)
            told = call["method"]
            method: Any = told if isinstance(told, str) else _rebuilt(told)
            start = None if call["start"] is None else np.load(call["start"], allow_pickle=False)
            job = Job(*call["job"])
            answer = {"name": _fit(loaded[source], job, method, start, Path(call["place"]), call["name"])}
        except TextkitError as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        except Exception as error:  # noqa: BLE001  (whatever it is, the process that asked must hear of it)
            answer = {"error": "TextkitError", "message": f"the fit {call['name']} failed: {error!r}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _told(method: str | TopicMethod) -> str | dict[str, Any] | None:
    """Return a method as JSON that another process can make it from; None if that is not possible."""
    if isinstance(method, str):
        return method
    note = _described(method)
    if note["method"] is None:
        return None
    try:
        again = _rebuilt(json.loads(json.dumps(note)))
    except (TypeError, ValueError):
        return None
    return note if repr(again) == repr(method) and again == method else None


def _fit(
    dtm: DocumentTermMatrix, job: Job, method: str | TopicMethod, start: Floats | None, place: Path, name: str
) -> str:
    documents = dtm
    if job.resample is not None:
        documents = resampled(dtm, job.resample, job.cluster)
    elif job.shuffle is not None:
        documents = shuffled(dtm, job.by, job.shuffle, within=job.within, cluster=job.cluster)
    if start is not None:
        method = dataclasses.replace(cast(Any, method), init=start)
    begun = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TextkitWarning)
        model = fit_topics(documents, job.n_topics, method, random_state=job.seed, progress=False)
    seconds = time.perf_counter() - begun
    told = [str(item.message) for item in caught if issubclass(item.category, TextkitWarning)]
    if any(text.startswith("interrupted") for text in told):
        raise KeyboardInterrupt  # a method may hand back what it has so far; that is not the fit that was asked for
    model.save(place / f"{name}.parquet")
    note = {"n_topics": job.n_topics, "seed": job.seed, "seconds": seconds, "warnings": told}
    # the note comes last: a fit whose note is there is whole
    write_bytes(place / f"{name}.json", json.dumps(note, ensure_ascii=False).encode())
    return name


def _read(place: Path, name: str, job: Job) -> Run:
    try:
        note = json.loads((place / f"{name}.json").read_text(encoding="utf-8"))
        return Run(
            job, TopicModel.load(place / f"{name}.parquet"), float(note["seconds"]), tuple(map(str, note["warnings"]))
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReadError(
            f"the fit {name} in {place} is damaged ({error}). Delete its two files, .json and .parquet, and call again."
        ) from error


def _name(dtm: DocumentTermMatrix, method: str | TopicMethod, job: Job, start: Floats | None) -> str:
    found = versions()
    known = "".join(f"{name} {found.get(name)}\n" for name in _LIBRARIES)
    facts = dtm.docs.to_csv()  # a method may read covariates
    begin = "" if start is None else sha256(np.ascontiguousarray(start))
    key = sha256("fit", dtm.fingerprint, facts, repr(method), repr(job), begin, known)
    return f"k{job.n_topics}-s{job.seed}-{key[:24]}"


def _workers(n_jobs: int | None) -> int:
    if n_jobs is not None:
        return check_int("n_jobs", n_jobs, minimum=1)
    try:
        return len(os.sched_getaffinity(0)) or 1
    except AttributeError:  # only Linux tells
        return os.cpu_count() or 1


@contextmanager
def _kept(folder: str | os.PathLike[str] | None) -> Iterator[Path]:
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="textkit-") as name:
            yield Path(name)
        return
    place = check_path("folder", folder)
    if place.exists() and not place.is_dir():
        raise ArgumentError(f"folder must be a folder, but {place} is a file. Name another one.")
    place.mkdir(parents=True, exist_ok=True)
    yield place
