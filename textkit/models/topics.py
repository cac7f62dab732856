"""TopicModel: what a fit returns, whatever the method; and fit_topics, which runs one."""

from __future__ import annotations

import dataclasses
import importlib
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from textkit.errors import (
    ArgumentError,
    EmptyError,
    ReadError,
    TextkitWarning,
    check_columns,
    check_int,
    check_type,
    unknown,
)
from textkit.markup import esc
from textkit.matrix import DocumentTermMatrix
from textkit.measures import check_counts
from textkit.provenance import plain, sha256
from textkit.selection import checked_docs, with_facts
from textkit.storage import facts_table, load_table, save_table
from textkit.vocabulary import Vocabulary

Floats = NDArray[np.float64]

METHODS: dict[str, str] = {
    "lda": "textkit.models.lda:LDA",
    "nmf": "textkit.models.nmf:NMF",
    "stm": "textkit.models.stm:STM",
    "gibbs": "textkit.models.gibbs:GibbsLDA",
    "keyatm": "textkit.models.keyatm:KeyATM",
    "hdp": "textkit.models.hdp:HDP",
    "dynamic": "textkit.models.dynamic_topics:DynamicTopics",
}
"""Names of the methods and where they are; a saved model is rebuilt from this table and from nothing else."""

TRACE_COLUMNS = ("iteration", "value")
_PARAMETER = "parameter "  # what the columns of other arrays begin with in a saved model
_TOLERANCE = 1e-6  # how far the sum of a row may be from one: models read from other programs are rounded
_MAX_SEED = 2**32 - 1  # what the legacy generator of scikit-learn takes
_SHOWN_TOPICS, _SHOWN_TERMS, _SHOWN_NAME = 20, 8, 60


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What a method hands back: distributions over terms and topics, its path, and itself with all defaults filled in.

    ``doc_topic`` has one row for each row of the matrix it was given, which never has an empty document; a document
    that the method could not use has a row of NaN. ``parameters`` are other arrays of the model by name;
    ``doc_parameters`` those whose first axis is the documents.
    """

    topic_term: Floats
    doc_topic: Floats
    trace: pd.DataFrame
    method: object
    parameters: Mapping[str, Floats] = field(default_factory=dict)
    doc_parameters: Mapping[str, Floats] = field(default_factory=dict)


@runtime_checkable
class TopicMethod(Protocol):
    """A way to fit topics: a value whose fields are its settings and whose ``repr`` is its provenance."""

    def fit(self, dtm: DocumentTermMatrix, n_topics: int, *, random_state: int, progress: bool | None = None) -> Fit:
        """Fit the counts of documents that all have words; called with BLAS and OpenMP limited to one thread."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class StoredMethod:
    """The description of a method that textkit does not know, as it stands in a saved model."""

    text: str

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class TopicModel:
    """Topics as distributions over terms, documents as distributions over topics.

    Questions to a model are functions: `topic_terms`, `topic_docs`, `topic_shares`, `topic_coherence`,
    `topic_exclusivity`. In their tables topics are numbered from 1; topic 1 is row 0 here.

    Parameters
    ----------
    topic_term : float64, shape (K, V)
        Probability of each term in each topic; rows sum to one.
    doc_topic : float64, shape (D, K)
        Share of each topic in each document; rows sum to one, or are NaN throughout for a document that could
        not be placed (an empty one).
    vocabulary : Vocabulary
        Names of the V terms.
    docs : DataFrame, D rows
        Facts about the documents, index ``doc``.
    term_counts : int64, shape (V,)
        How often each term stands in the documents of the fit.
    doc_lengths : int64, shape (D,)
        Number of tokens of each document.
    trace : DataFrame
        ``iteration, value``: the quantity that the method improves; see the method for which.
    method : object
        The method with every setting, ``random_state`` included.
    source : str
        Fingerprint of the matrix of the fit.
    parameters : mapping of str to float64 arrays, optional
        What else the method estimated, by name; see the method.

    Raises
    ------
    ArgumentError
        Shapes do not agree, or rows are not distributions.

    Notes
    -----
    ``trace`` values of different methods, different corpora or different vocabularies must not be compared.

    Examples
    --------
    >>> model = TopicModel(
    ...     [[0.75, 0.25], [0.0, 1.0]], [[1.0, 0.0], [0.5, 0.5]], ["增长", "文化"],
    ...     pd.DataFrame(index=["a", "b"]), [3, 5], [4, 4], pd.DataFrame({"iteration": [1], "value": [-9.0]}),
    ... )
    >>> model
    TopicModel(2 topics, 2 documents, 2 terms; no method)
    """

    topic_term: Floats
    doc_topic: Floats
    vocabulary: Vocabulary
    _docs: pd.DataFrame
    term_counts: NDArray[np.int64]
    doc_lengths: NDArray[np.int64]
    _trace: pd.DataFrame
    method: Any
    source: str
    parameters: Mapping[str, Floats]
    _cache: dict[str, Any] = field(repr=False)

    def __init__(
        self,
        topic_term: Any,
        doc_topic: Any,
        vocabulary: Any,
        docs: pd.DataFrame,
        term_counts: Any,
        doc_lengths: Any,
        trace: pd.DataFrame,
        method: object = None,
        source: str = "",
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        facts = checked_docs(docs)
        check_columns("trace", trace, TRACE_COLUMNS)
        terms = vocabulary if isinstance(vocabulary, Vocabulary) else Vocabulary(vocabulary)
        beta, theta = _frozen("topic_term", topic_term, np.float64), _frozen("doc_topic", doc_topic, np.float64)
        if beta.ndim != 2 or not len(beta) or beta.shape[1] != len(terms):
            raise ArgumentError(f"topic_term must have shape (topics, {len(terms)} terms), got {beta.shape}.")
        _check_shape("doc_topic", theta, (len(facts), len(beta)))
        _check_distributions("topic_term", beta)
        _check_distributions("doc_topic", theta[~np.isnan(theta).all(axis=1)])
        counts = _frozen("term_counts", term_counts, np.int64)
        lengths = _frozen("doc_lengths", doc_lengths, np.int64)
        _check_shape("term_counts", counts, (len(terms),))
        _check_shape("doc_lengths", lengths, (len(facts),))
        path = trace[list(TRACE_COLUMNS)].reset_index(drop=True)
        other = MappingProxyType(
            {name: _frozen(name, array, np.float64) for name, array in sorted((parameters or {}).items())}
        )
        values: tuple[Any, ...] = (beta, theta, terms, facts, counts, lengths, path, method, str(source), other, {})
        for item, value in zip(dataclasses.fields(self), values, strict=True):
            object.__setattr__(self, item.name, value)

    @property
    def docs(self) -> pd.DataFrame:
        """Facts about the documents; a copy."""
        return self._docs.copy()

    @property
    def trace(self) -> pd.DataFrame:
        """The path of the fit: ``iteration, value``; a copy."""
        return self._trace.copy()

    @property
    def names(self) -> list[str]:
        """Names of the documents, in order."""
        return [str(name) for name in self._docs.index]

    @property
    def n_topics(self) -> int:
        """Number of topics, K."""
        return int(self.topic_term.shape[0])

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which documents have shares of topics, shape (D,): all but those whose row is NaN."""
        return np.logical_not(np.isnan(self.doc_topic).any(axis=1))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the distributions, their labels and the method: what provenance records as the input."""
        if "fingerprint" not in self._cache:
            arrays = (self.topic_term, self.doc_topic, self.term_counts, self.doc_lengths, *self.parameters.values())
            self._cache["fingerprint"] = sha256(
                "topics",
                repr(self.method),
                self.vocabulary.fingerprint,
                *self.names,
                *(values.tobytes() for values in arrays),
            )
        return str(self._cache["fingerprint"])

    @property
    def inputs(self) -> dict[str, str]:
        """The fingerprints that a table about this model records."""
        return {"model": self.fingerprint} | ({"dtm": self.source} if self.source else {})

    def with_docs(self, **facts: Any) -> TopicModel:
        """Return the same model with further columns in ``docs``, such as codes; see `DocumentTermMatrix.with_docs`."""
        docs = with_facts(self._docs, facts)
        return TopicModel(
            self.topic_term, self.doc_topic, self.vocabulary, docs, self.term_counts, self.doc_lengths, self._trace,
            self.method, self.source, self.parameters,
        )  # fmt: skip

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the model to one Parquet file of one row; the method goes in as its name and its settings."""
        import pyarrow as pa

        facts = facts_table(self._docs)
        columns = {
            "topic_term": pa.array(self.topic_term.ravel()),
            "doc_topic": pa.array(self.doc_topic.ravel()),
            "term": pa.array(list(self.vocabulary.terms), type=pa.string()),
            "term_count": pa.array(self.term_counts),
            "doc_length": pa.array(self.doc_lengths),
            "iteration": pa.array(self._trace["iteration"].to_numpy()),
            "value": pa.array(self._trace["value"].to_numpy()),
            "docs": facts.to_struct_array().combine_chunks(),
            **{_PARAMETER + name: pa.array(array.ravel()) for name, array in self.parameters.items()},
        }
        row = {name: pa.LargeListArray.from_arrays([0, len(items)], items) for name, items in columns.items()}
        extra = {
            "n_topics": self.n_topics,
            "source": self.source,
            "parameters": {name: array.shape for name, array in self.parameters.items()},
            "docs_pandas": facts.schema.metadata[b"pandas"].decode(),
            **_described(self.method),
        }
        return save_table(path, pa.table(row), "TopicModel", extra)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> TopicModel:
        """Read a model written by `save`."""
        import pyarrow as pa

        table, note = load_table(path, "TopicModel")
        try:
            parts = {name: table[name].combine_chunks().flatten() for name in table.column_names}
            facts = pa.Table.from_struct_array(parts.pop("docs"))
            facts = facts.replace_schema_metadata({b"pandas": note["docs_pandas"].encode()}).to_pandas()
            terms = parts.pop("term").to_pylist()
            values = {name: items.to_numpy(zero_copy_only=False) for name, items in parts.items()}
            return cls(
                values["topic_term"].reshape(note["n_topics"], len(terms)),
                values["doc_topic"].reshape(len(facts), note["n_topics"]),
                terms,
                facts,
                values["term_count"],
                values["doc_length"],
                pd.DataFrame({name: values[name] for name in TRACE_COLUMNS}),
                _rebuilt(note),
                note["source"],
                {name: values[_PARAMETER + name].reshape(shape) for name, shape in note.get("parameters", {}).items()},
            )
        except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
            raise ReadError(f"{path} is not a whole TopicModel ({error}). Save the model again.") from error

    def __repr__(self) -> str:
        d, v = len(self._docs), len(self.vocabulary)
        return f"TopicModel({self.n_topics:,} topics, {d:,} documents, {v:,} terms; {_short(self.method)})"

    def _repr_html_(self) -> str:
        share = mean_shares(self.doc_topic)
        top = ranking(self.topic_term, self.term_counts, self.vocabulary.terms, _SHOWN_TERMS)
        body = "".join(
            f"<tr><td>{k + 1}</td><td>{share[k]:.3f}</td>"
            f"<td>{esc(' '.join(self.vocabulary[int(i)] for i in top[k]))}</td></tr>"
            for k in range(min(self.n_topics, _SHOWN_TOPICS))
        )
        more = f"<p>… and {self.n_topics - _SHOWN_TOPICS} more</p>" if self.n_topics > _SHOWN_TOPICS else ""
        return (
            f"<p>{esc(repr(self))}</p><table><thead><tr><th>topic</th><th>share</th><th>terms</th></tr></thead>"
            f"<tbody>{body}</tbody></table>{more}"
        )


def fit_topics(
    dtm: DocumentTermMatrix,
    n_topics: int,
    method: str | TopicMethod = "lda",
    *,
    random_state: int = 0,
    progress: bool | None = None,
) -> TopicModel:
    """Find topics: groups of words that occur in the same documents.

    Each document d is described as a mixture ``p(w | d) = Σ_k doc_topic[d, k] · topic_term[k, w]``.
    How the two are found is the method's affair: see `LDA`, `GibbsLDA`, `NMF`, `STM`, `KeyATM`, `HDP` and
    `DynamicTopics`. Topics are ordered by their mean share
    of the documents, largest first, so that topic 1 is the same from run to run.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts. Short pieces work better than long documents: ``count(tokens.split("paragraph"))``.
    n_topics : int
        Number of topics K, at least 1 and at most the number of terms that occur.
    method : str or object, default "lda"
        ``"lda"``, ``"gibbs"``, ``"nmf"``, ``"stm"``, ``"keyatm"``, ``"hdp"`` and ``"dynamic"``, or with settings
        ``LDA(alpha=0.1)``, ``STM(prevalence="~ year")``, ``DynamicTopics(time="year")``, or any object with the ``fit``
        of `TopicMethod`.
    random_state : int, default 0
        Seed, from 0 to 2**32 - 1. The same seed gives the same model whatever the number of threads.
    progress : bool, optional
        Show a bar; by default where somebody can see it and the work takes over a second.

    Returns
    -------
    TopicModel
        One row of ``doc_topic`` for each row of ``dtm``; empty documents take no part and get a row of NaN.

    Raises
    ------
    ArgumentError
        The matrix does not hold counts, or ``n_topics`` does not fit it.
    EmptyError
        There is no term, or no document with a word.
    UnknownNameError
        No method has that name.

    Warns
    -----
    TextkitWarning
        Some documents are empty; there are more topics than documents; the fit did not settle.

    Notes
    -----
    A fit is one local optimum: before a topic carries an argument, fit again with other seeds and look
    whether it comes back. Topic numbers of two fits do not correspond.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[4, 4, 0, 0], [3, 4, 0, 0], [0, 0, 3, 2]], ["经济", "增长", "文化", "音乐"])
    >>> model = fit_topics(dtm, 2, random_state=7)
    >>> model
    TopicModel(2 topics, 3 documents, 4 terms; LDA, random_state=7)
    >>> model.doc_topic.round(1).tolist()
    [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]]
    """
    chosen = _resolved(method)
    seed = _seed(chosen, random_state)
    _check_words(dtm)
    lengths = dtm.lengths.astype(np.int64)
    kept = lengths > 0
    k = _check_topics(n_topics, int(np.count_nonzero(dtm.term_counts)), int(kept.sum()))
    if not kept.all():
        warnings.warn(
            f"{int((~kept).sum()):,} of {len(dtm):,} documents are empty; they take no part in the fit and "
            "their topic shares are NaN.",
            TextkitWarning,
            stacklevel=2,
        )
    with threadpool_limits(limits=1):  # sums over several threads differ in the last digits
        fit = chosen.fit(dtm if kept.all() else dtm[kept], k, random_state=seed, progress=progress)
    check_type("the result of method.fit", fit, Fit)
    return TopicModel(
        fit.topic_term,
        _for_all(fit.doc_topic, kept),
        dtm.vocabulary,
        dtm.docs,
        dtm.term_counts,
        lengths,
        fit.trace,
        fit.method,
        dtm.fingerprint,
        {**fit.parameters, **{name: _for_all(array, kept) for name, array in fit.doc_parameters.items()}},
    )


def check_model(model: object) -> None:
    """Raise unless it is a TopicModel."""
    check_type("model", model, TopicModel, hint="Make one with fit_topics(dtm, n_topics).")


def _for_all(rows: Floats, kept: NDArray[np.bool_]) -> Floats:
    """Return an array of the documents of the fit with rows of NaN for the others."""
    whole = np.full((len(kept), *rows.shape[1:]), np.nan)
    whole[kept] = rows
    return whole


def mean_shares(doc_topic: Floats) -> Floats:
    """Return the mean of each topic over the documents that have shares, shape (K,)."""
    placed = doc_topic[~np.isnan(doc_topic).any(axis=1)]
    return placed.mean(axis=0) if len(placed) else np.full(doc_topic.shape[1], np.nan)


def largest_first(topic_term: Floats, doc_topic: Floats, vocabulary: Vocabulary) -> NDArray[np.intp]:
    """Return the order of topics by mean share, largest first; equal shares by their first term."""
    share = significant(mean_shares(doc_topic))
    first = [vocabulary[int(i)] for i in topic_term.argmax(axis=1)]
    return np.array(sorted(range(len(share)), key=lambda k: (-share[k], first[k], k)), dtype=np.intp)


def ranking(weight: Floats, counts: NDArray[Any], names: Sequence[str], n: int) -> NDArray[np.intp]:
    """Return the first n places of each row of weights: weight down, count down, then code-point order; NaN last."""
    size = min(n, len(names))
    keys = np.where(np.isnan(weight), -np.inf, significant(weight))
    chosen = np.empty((len(keys), size), dtype=np.intp)
    for row, values in enumerate(keys):
        bound = np.partition(values, len(names) - size)[len(names) - size]
        candidates = np.flatnonzero(values >= bound).tolist()
        chosen[row] = nsmallest(size, candidates, key=lambda i: (-values[i], -counts[i], names[i]))
    return chosen


def significant(values: Floats, digits: int = 12) -> Floats:
    """Round to so many significant digits, so that the last bits of a sum never decide a rank."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        scale = 10.0 ** (digits - 1 - np.floor(np.log10(np.abs(values))))
        rounded = np.round(values * scale) / scale
    return np.where(np.isfinite(rounded), rounded, values)


def _resolved(method: str | TopicMethod) -> TopicMethod:
    found = _named(method)() if isinstance(method, str) else method
    if isinstance(found, type) or not isinstance(found, TopicMethod):
        raise ArgumentError(
            f"method must be one of {', '.join(map(repr, METHODS))} or an object with a fit method such as LDA(), "
            f"got {method!r}."
        )
    return found


def _named(name: str) -> Any:
    if name not in METHODS:
        raise unknown("method", name, METHODS)
    module, _, attribute = METHODS[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


def _seed(method: object, random_state: int) -> int:
    seed = check_int("random_state", random_state, minimum=0, maximum=_MAX_SEED)
    carried = getattr(method, "random_state", None)
    if carried is not None and carried != seed:
        raise ArgumentError(
            f"the method carries random_state={carried!r}, but fit_topics was given random_state={seed}. "
            f"Write fit_topics(dtm, n_topics, method, random_state={carried!r}) for the same model again, or "
            "dataclasses.replace(method, random_state=None) for another one."
        )
    return seed


def _check_words(dtm: DocumentTermMatrix) -> None:
    """Raise unless the matrix holds counts and at least one word."""
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    check_counts(dtm.weighting, "fit_topics")
    data = dtm.matrix.data
    if data.size and (data.min() < 0 or (data.dtype.kind == "f" and (data != np.rint(data)).any())):
        bad = data[(data < 0) | (data != np.rint(data))][0]
        raise ArgumentError(f"dtm must hold counts, whole numbers of at least 0, but has {bad:g}.")
    if not len(dtm.vocabulary):
        raise EmptyError("dtm has no terms. Loosen the filters before count, or dtm.trim.")
    if not data.any():
        raise EmptyError(f"all {len(dtm):,} documents of dtm are empty. Loosen the filters before count, or dtm.trim.")


def _check_topics(n_topics: int, terms: int, docs: int) -> int:
    k = check_int("n_topics", n_topics, minimum=1)
    if k > terms:
        raise ArgumentError(f"n_topics must be at most the number of terms that occur in dtm, {terms:,}, got {k:,}.")
    if k > docs:
        warnings.warn(
            f"n_topics={k:,} is more than the {docs:,} documents with words: some topics will rest on no document. "
            'Use fewer topics, or smaller documents: tokens.split("paragraph").',
            TextkitWarning,
            stacklevel=3,
        )
    return k


def _check_shape(name: str, values: NDArray[Any], shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise ArgumentError(f"{name} must have shape {shape}, got {values.shape}.")


def _check_distributions(name: str, rows: Floats) -> None:
    if not np.isfinite(rows).all() or (rows < 0).any():
        raise ArgumentError(f"{name} must hold finite probabilities of at least 0.")
    away = np.abs(rows.sum(axis=1) - 1)
    if away.size and away.max() > _TOLERANCE:
        raise ArgumentError(
            f"the rows of {name} must sum to one, but row {int(away.argmax())} sums to {rows[away.argmax()].sum():g}."
        )


def _frozen(name: str, values: Any, dtype: type) -> NDArray[Any]:
    """Return a read-only array of that type; the caller's array stays as it was."""
    try:
        view: NDArray[Any] = np.ascontiguousarray(values, dtype=dtype).view()
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{name} must hold numbers, got a {type(values).__name__} ({error}).") from None
    view.flags.writeable = False
    return view


def _described(method: object) -> dict[str, Any]:
    """Return the JSON that `_rebuilt` reads."""
    kind = type(method)
    target = f"{kind.__module__}:{kind.__qualname__}"
    name = next((known for known, place in METHODS.items() if place == target), None)
    if name is None or not dataclasses.is_dataclass(method) or isinstance(method, type):
        return {"method": None, "settings": None if method is None else repr(method)}
    return {"method": name, "settings": plain(dataclasses.asdict(method))}


def _rebuilt(note: dict[str, Any]) -> object:
    name, settings = note["method"], note["settings"]
    if name is not None:
        return _named(name)(**settings)
    return None if settings is None else StoredMethod(str(settings))


def _short(method: object) -> str:
    if method is None:
        return "no method"
    name = repr(method) if isinstance(method, StoredMethod) else type(method).__name__
    seed = getattr(method, "random_state", None)
    if len(name) > _SHOWN_NAME:
        name = name[: _SHOWN_NAME - 1] + "…"
    return name if seed is None else f"{name}, random_state={seed}"
