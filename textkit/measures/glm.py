"""Regressions of the counts of many words at once: one small model a word, all with the same documents and covariates.

Shapes: W words, D documents, G distinct rows of the design, p coefficients. The model of a word is
``E(y_d) = n_d exp(z_d beta)``: a log link with the size of the document as offset. Coefficients are natural logs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkit.measures.arrays import Floats

_ITERATIONS = 60
_CLOSE = 1e-10  # largest change of a linear predictor at which a word has arrived
_LONGEST = 5.0  # largest change of a linear predictor in one step
_VANISHED = 18.0  # natural logs under the common rate at which a rate is on its way to nothing


class GroupSums(NamedTuple):
    """What documents with the same row of the design add up to: words x groups, and the sizes of the groups.

    A Poisson fit needs no more of the documents than this, and neither do its residuals: ``sum (y - r n)^2`` is
    ``square - 2 r cross + r^2 size_square``.
    """

    count: Floats  # type: ignore[assignment]  # sum y; hides a method of tuples that nobody needs here
    square: Floats  # sum y^2
    cross: Floats  # sum y n
    per_size: Floats  # sum y^2 / n
    size: Floats  # sum n, (G,)
    size_square: Floats  # sum n^2, (G,)
    n_docs: int


class Fit(NamedTuple):
    """Coefficients (W, p), their covariance (W, p, p), dispersion (W,), and how the search ended.

    ``vanished`` (W, G) are the rows whose rate goes to 0: a coefficient that the other rows alone cannot tell has no
    finite estimate.
    """

    beta: Floats
    covariance: Floats
    dispersion: Floats
    vanished: NDArray[np.bool_]
    converged: NDArray[np.bool_]


def poisson(y: Floats, n: Floats, z: Floats) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Fit ``y ~ Poisson(n exp(z beta))`` for each word by Newton's method; return beta, vanished rows, converged.

    ``y`` (W, G), ``n`` (G,), ``z`` (G, p) of full rank. For a word that a whole category lacks the search stops where
    the rate there is as good as nothing.

    >>> sizes, design = np.array([100.0, 100.0]), np.array([[1, 0], [1, 1]])
    >>> beta, vanished, _ = poisson(np.array([[4.0, 8.0], [0.0, 3.0]]), sizes, design)
    >>> bool(np.isclose(beta[0, 1], np.log(2))), vanished[1].tolist()
    (True, [True, False])
    """
    z = np.asarray(z, dtype=np.float64)
    return _newton(y, np.log(n), z, _start(y, n, z), None)[:3]


def _start(y: Floats, n: Floats, z: Floats) -> Floats:
    """Return the least-squares coefficients of the logged rates, drawn towards the common one."""
    pooled = y.sum(axis=1, keepdims=True) / n.sum()
    drawn = n.mean()
    logged = np.log((y + pooled * drawn) / (n + drawn))
    return np.asarray(np.linalg.lstsq(z, logged.T, rcond=None)[0].T)


def _newton(
    y: Floats, offset: Floats, z: Floats, beta: Floats, alpha: Floats | None, free: int = 0
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_], Floats]:
    """Improve all words together; with ``alpha`` a negative binomial, whose alpha is improved by moments as well."""
    p = z.shape[1]
    outer = np.einsum("gi,gj->gij", z, z).reshape(len(z), p * p)
    beta, active = beta.copy(), np.arange(len(y))
    vanished = np.zeros(y.shape, dtype=np.bool_)
    extra = np.zeros(len(y)) if alpha is None else alpha.copy()
    floor = np.log(y.sum(axis=1) / np.exp(offset).sum()) - _VANISHED
    for _ in range(_ITERATIONS):
        part = y[active]
        mu = np.exp(np.clip(offset + beta[active] @ z.T, -700.0, 700.0))
        under = 1.0 if alpha is None else 1.0 + extra[active, None] * mu
        score = ((part - mu) / under) @ z
        information = ((mu / under) @ outer).reshape(-1, p, p)
        step = _solved(information, score)
        change = np.abs(step @ z.T)
        shorter = np.minimum(1.0, _LONGEST / np.maximum(change.max(axis=1), 1e-300))[:, None]
        beta[active] += shorter * step
        predictor = beta[active] @ z.T
        vanished[active] = (part == 0) & (predictor < floor[active, None])
        moved = (np.where(vanished[active], 0.0, change)).max(axis=1) > _CLOSE
        if alpha is not None:
            new = _alpha(part, np.exp(np.clip(offset + predictor, -700.0, 700.0)), free)
            moved |= np.abs(new - extra[active]) > 1e-8 * (1.0 + new)
            extra[active] = new
        active = active[moved]
        if not len(active):
            break
    converged = np.ones(len(y), dtype=np.bool_)
    converged[active] = False
    return beta, vanished, converged, extra


def _solved(information: Floats, score: Floats) -> Floats:
    """Solve one small system a word; a word whose information vanishes gets the least step that fits."""
    p = information.shape[-1]
    trace = np.trace(information, axis1=1, axis2=2)[:, None, None]
    lifted = information + 1e-14 * np.maximum(trace, 1e-300) * np.eye(p)
    try:
        return np.asarray(np.linalg.solve(lifted, score[:, :, None])[:, :, 0])
    except np.linalg.LinAlgError:
        return np.asarray((np.linalg.pinv(lifted) @ score[:, :, None])[:, :, 0])


def _alpha(y: Floats, mu: Floats, free: int) -> Floats:
    """Return alpha with ``sum (y - mu)^2 / (mu + alpha mu^2) = D - p``, 0 if there is no more spread than Poisson."""
    square = (y - mu) ** 2
    value = np.zeros(len(y))
    for _ in range(_ITERATIONS):  # the sum is convex and falls in alpha: Newton from 0 climbs and never overshoots
        variance = mu * (1.0 + value[:, None] * mu)
        excess = (square / variance).sum(axis=1) - free
        slope = (square * (mu / variance) ** 2).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where((excess > 0) & (slope > 0), excess / slope, 0.0)
        value += step
        if (step <= 1e-10 * (1.0 + value)).all():
            break
    return value


def quasi_poisson(sums: GroupSums, z: Floats, *, errors: str = "hc1") -> Fit:
    """Fit all words; the covariance is the sandwich over documents, or the dispersion times that of a Poisson model.

    ``"hc1"``: ``D / (D - p) A^-1 B A^-1`` with ``A = sum mu z z'`` and ``B = sum (y - mu)^2 z z'`` (White 1980;
    MacKinnon & White 1985). ``"model"``: ``phi A^-1``, phi Pearson's ``sum (y - mu)^2 / mu / (D - p)`` (McCullagh &
    Nelder 1989).
    """
    beta, vanished, converged = poisson(sums.count, sums.size, z)
    rate = np.exp(np.clip(beta @ z.T, -700.0, 700.0))
    free = sums.n_docs - z.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = np.where(rate > 0, sums.per_size / rate, 0.0) - 2 * sums.count + rate * sums.size
    phi = np.maximum(pearson, 0.0).sum(axis=1) / free
    bread = _inverse(_weighted(rate * sums.size, z))
    if errors == "model":
        return Fit(beta, phi[:, None, None] * bread, phi, vanished, converged)
    residual = np.maximum(sums.square - 2 * rate * sums.cross + rate**2 * sums.size_square, 0.0)
    meat = _weighted(residual, z) * (sums.n_docs / free)
    return Fit(beta, bread @ meat @ bread, phi, vanished, converged)


def clustered(fit: Fit, y: Floats, n: Floats, z: Floats, starts: NDArray[np.intp], bread: Floats) -> Floats:
    """Return the covariance when documents of a cluster may be alike (Liang & Zeger 1986), CR1.

    ``y`` (W, K), ``n`` (K,), ``z`` (K, p): documents added up within cluster and row of the design, sorted by cluster;
    ``starts`` is where each of the C clusters begins. The scores of a cluster are added before they are squared;
    factor ``C / (C - 1)``.
    """
    residual = y - n * np.exp(np.clip(fit.beta @ z.T, -700.0, 700.0))
    scores = np.stack([np.add.reduceat(residual * column, starts, axis=1) for column in z.T], axis=2)
    meat = np.einsum("wci,wcj->wij", scores, scores) * (len(starts) / (len(starts) - 1.0))
    return np.asarray(bread @ meat @ bread)


def poisson_bread(beta: Floats, n: Floats, z: Floats) -> Floats:
    """Return the inverse information of each word."""
    return _inverse(_weighted(n * np.exp(np.clip(beta @ z.T, -700.0, 700.0)), z))


def negative_binomial(y: Floats, n: Floats, z: Floats, *, errors: str = "hc1") -> Fit:
    """Fit ``E y = mu, Var y = mu + alpha mu^2`` for each word over the documents themselves, ``y`` (W, D).

    alpha is found by moments, so that Pearson's sum equals D - p (Breslow 1984); it is the ``dispersion`` returned.
    """
    beta, _, _ = poisson(y, n, z)
    free = len(n) - z.shape[1]
    beta, vanished, converged, alpha = _newton(y, np.log(n), z, beta, np.zeros(len(y)), free)
    mu = np.exp(np.clip(np.log(n) + beta @ z.T, -700.0, 700.0))
    under = 1.0 + alpha[:, None] * mu
    bread = _inverse(_weighted(mu / under, z))
    if errors == "model":
        return Fit(beta, bread, alpha, vanished, converged)
    meat = _weighted(((y - mu) / under) ** 2, z) * (len(n) / free)
    return Fit(beta, bread @ meat @ bread, alpha, vanished, converged)


def _weighted(weight: Floats, z: Floats) -> Floats:
    """Return ``sum weight z z'`` of each word, (W, p, p)."""
    p = z.shape[1]
    outer = np.einsum("gi,gj->gij", z, z).reshape(len(z), p * p)
    return np.asarray((weight @ outer).reshape(-1, p, p))


def _inverse(information: Floats) -> Floats:
    p = information.shape[-1]
    trace = np.trace(information, axis1=1, axis2=2)[:, None, None]
    lifted = information + 1e-14 * np.maximum(trace, 1e-300) * np.eye(p)
    try:
        return np.asarray(np.linalg.inv(lifted))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(lifted))
