"""The prevalence part of the structural topic model: how the logits of the topics depend on facts about documents.

Every function regresses the columns of y (D, n) on x (D, p), whose first column is the intercept, and returns gamma
(p, n). The intercept is never penalised.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from textkit.errors import TextkitWarning
from textkit.measures import Floats

PRIORS = ("pooled", "ridge", "l1")
_ITERATIONS = 1000
_SMALL = 1e-4  # sum of the absolute changes at which a column has settled
_LAMBDAS, _SHORTEST = 100, 1e-3  # penalties of a path, and the last one as a share of the first
_SETTLED, _SWEEPS = 1e-6, 2_000


class Crossed(NamedTuple):
    """What the regressions need of the design, worked out once: x, x'x, and the penalised columns after centring.

    ``vectors`` and ``roots`` are the eigenvectors and eigenvalues of their cross product, ``mean`` their means.
    """

    x: Floats
    xx: Floats
    mean: Floats
    vectors: Floats
    roots: Floats


def crossed(x: Floats) -> Crossed:
    """Prepare a design for many regressions."""
    mean = x[:, 1:].mean(axis=0)
    centred = x[:, 1:] - mean
    roots, vectors = np.linalg.eigh(centred.T @ centred)
    return Crossed(x, x.T @ x, mean, vectors, np.maximum(roots, 0.0))


def pooled(y: Floats, design: Crossed) -> Floats:
    r"""Regress by variational Bayes: the slopes of a column share a precision that is learned.

    With ``V = (tau X'X + omega diag(0, 1, .., 1))^-1`` and ``w = tau V X'y``, in turns:
    ``b = 1/2 (|y - Xw|^2 + tr(X'X V)) + a``, ``tau = (1 + D) / 2 / b``, ``a = 1 / (tau + 1)``,
    ``c = 2 / (omega + 1)``, ``q = 2 c + sum_{j>1} (w_j^2 + V_jj)``, ``omega = p / q``. (Drugowitsch 2013, with
    half-Cauchy priors of the scales.)

    The intercept is centred away and the slopes are turned to the eigenvectors of X'X, where everything is diagonal:
    a turn costs p operations instead of p^3.

    >>> x = np.column_stack([np.ones(6), np.arange(6.0)])
    >>> pooled(3.0 + 2.0 * x[:, 1:], crossed(x)).round(3).ravel().tolist()
    [3.0, 2.0]
    """
    n_docs, p = design.x.shape
    gamma = np.empty((p, y.shape[1]))
    stuck: list[int] = []
    for column, target in enumerate(y.T):
        centre = target.mean()
        rest = target - centre
        # X'y of the centred slopes, and |y|^2 left when the intercept alone explains it
        turned = design.vectors.T @ (design.x[:, 1:].T @ rest)
        total = float(rest @ rest)
        slopes, settled = _variational(turned, total, design.roots, n_docs, p, centre, design)
        gamma[1:, column] = slopes
        gamma[0, column] = centre - design.mean @ slopes
        if not settled:
            stuck.append(column + 1)
    if stuck:
        warnings.warn(
            f"the regression of the prevalence had not settled after {_ITERATIONS} turns for {len(stuck)} of "
            f'{y.shape[1]} topics. Use fewer covariates, or STM(prior="l1").',
            TextkitWarning,
            stacklevel=2,
        )
    return gamma


def _variational(
    turned: Floats, total: float, roots: Floats, n_docs: int, p: int, centre: float, design: Crossed
) -> tuple[Floats, bool]:
    omega, tau, a = float(p), 1.0, 1.0
    slopes = np.zeros(p - 1)
    whole = np.zeros(p)
    for _ in range(_ITERATIONS):
        spread = 1.0 / (tau * roots + omega)
        rotated = tau * spread * turned
        slopes = design.vectors @ rotated
        error = total - 2.0 * float(rotated @ turned) + float(roots @ rotated**2)
        # tr(X'X V) is that of the centred slopes plus 1 / tau for the intercept
        b = 0.5 * (error + float(roots @ spread) + 1.0 / tau) + a
        tau = (1 + n_docs) / 2.0 / b
        a = 1.0 / (tau + 1.0)
        c = 2.0 / (omega + 1.0)
        q = 2.0 * c + float(slopes @ slopes) + float(spread.sum())
        omega = p / q
        new = np.concatenate([[centre - design.mean @ slopes], slopes])
        if np.abs(new - whole).sum() <= _SMALL:
            return slopes, True
        whole = new
    return slopes, False


def ridge(y: Floats, design: Crossed, penalty: float) -> Floats:
    """Return ``(X'X + penalty diag(0, 1, .., 1))^-1 X'y``.

    >>> x = np.column_stack([np.ones(4), [-1.0, -1.0, 1.0, 1.0]])
    >>> ridge(np.array([[-2.0], [-2.0], [2.0], [2.0]]), crossed(x), 4.0).ravel().tolist()
    [0.0, 1.0]
    """
    shift = np.full(len(design.xx), penalty)
    shift[0] = 0.0
    matrix = design.xx + np.diag(shift)
    right = design.x.T @ y
    if penalty == 0.0:
        return np.asarray(np.linalg.lstsq(design.x, y, rcond=None)[0])
    return np.asarray(np.linalg.solve(matrix, right))


def lasso(y: Floats, design: Crossed, complexity: float = 2.0) -> Floats:
    r"""Regress all columns together, and leave out covariates that are not worth their price.

    Minimises ``1/(2D) |Y - X W|^2 + lambda sum_j |W_j|`` with ``|W_j|`` the length of the row of covariate j
    (standardised), for a path of a hundred penalties; of these the one with the least ``deviance + complexity * df``,
    where the deviance is the residual sum of squares and df the number of covariates in the model (Friedman, Hastie &
    Tibshirani 2010).
    """
    from textkit.kernels.stm import group_lasso

    x, n_docs = design.x, len(design.x)
    if x.shape[1] == 1:
        return np.asarray(y.mean(axis=0, keepdims=True))
    scale = np.sqrt(np.maximum(np.diag(design.xx)[1:] / n_docs - design.mean**2, 0.0))
    used = scale > 0
    z = (x[:, 1:][:, used] - design.mean[used]) / scale[used]
    centre = y.mean(axis=0)
    rest = y - centre
    gram, cross = z.T @ z / n_docs, z.T @ rest / n_docs
    null = float((rest**2).sum())
    largest = float(np.linalg.norm(cross, axis=1).max())
    weights = np.zeros_like(cross)
    best, least = weights.copy(), null
    for penalty in np.geomspace(largest, largest * _SHORTEST, _LAMBDAS) if largest > 0 else ():
        group_lasso(gram, cross, float(penalty), _SETTLED, _SWEEPS, weights)
        deviance = null - n_docs * float((weights * (2.0 * cross - gram @ weights)).sum())
        score = deviance + complexity * int(np.count_nonzero(np.abs(weights).sum(axis=1)))
        if score < least:
            best, least = weights.copy(), score
    slopes = np.zeros((x.shape[1] - 1, y.shape[1]))
    slopes[used] = best / scale[used][:, None]
    return np.vstack([centre - design.mean @ slopes, slopes])
