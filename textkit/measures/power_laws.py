"""Zipf's law, the tail of a frequency spectrum, and Heaps' law: fits by maximum likelihood or least squares."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy.special import gammaln, zeta

from textkit.measures.arrays import Floats, Ints

_STEPS = 200
_SINGLE = 1_000  # ranks taken one by one where a fit is begun, and bins beyond them
_LOW, _HIGH = -5.0, 50.0  # exponents looked at; ranks made from the counts themselves give none below 0


class Zipf(NamedTuple):
    """Maximum-likelihood fit of ``p(r) = r^-s / sum r^-s`` over the ranks 1 ... V."""

    exponent: float
    se: float
    log_likelihood: float


class ZipfMandelbrot(NamedTuple):
    """Maximum-likelihood fit of ``p(r) = (r + q)^-s / sum (r + q)^-s``."""

    exponent: float
    shift: float
    se_exponent: float
    se_shift: float
    log_likelihood: float


class Line(NamedTuple):
    """Least-squares line."""

    slope: float
    intercept: float


class Tail(NamedTuple):
    """Discrete power law ``p(x) = x^-a / zeta(a, x_min)`` above a minimum chosen by the distance of the two curves."""

    exponent: float
    se: float
    minimum: float
    n: int
    distance: float


class Heaps(NamedTuple):
    """Fit of ``V = K n^beta``."""

    k: float
    beta: float


_NO_ZIPF = Zipf(np.nan, np.nan, np.nan)
_NO_MANDELBROT = ZipfMandelbrot(np.nan, np.nan, np.nan, np.nan, np.nan)
_NO_TAIL = Tail(np.nan, np.nan, np.nan, 0, np.nan)


def zipf_ml(frequencies: ArrayLike) -> Zipf:
    """Fit the exponent of a zeta law cut off at rank V to the frequencies of the ranks 1 ... V.

    Maximises ``-s sum f ln r - N ln sum r^-s``, which is concave in s, by Newton's method kept inside a bracket;
    ``se = 1 / sqrt(N Var(ln R))``, for tokens drawn independently. Frequencies may be 0 (ranks from another sample).
    NaN for a single rank, or where the maximum is at an infinite s (all tokens on rank 1).

    >>> fit = zipf_ml(np.floor(1000 / np.arange(1, 21) + 0.5))
    >>> round(fit.exponent, 6), round(fit.log_likelihood, 3)
    (0.999355, -9100.567)
    """
    f = np.asarray(frequencies, dtype=np.float64)
    n = float(f.sum())
    if len(f) < 2 or n <= 0:
        return _NO_ZIPF
    logs = np.log(np.arange(1.0, len(f) + 1.0))
    sum_logs = float(f @ logs)
    found = _exponent(logs, None, sum_logs / n)
    if found is None:
        return _NO_ZIPF
    s, variance, log_z = found
    return Zipf(s, float(1.0 / np.sqrt(n * variance)), -s * sum_logs - n * log_z)


def exponent_of(n_ranks: int, mean_log: float) -> float:
    """Return the exponent at which the mean of ln r over the ranks 1 ... V is as said; NaN if there is none.

    >>> round(exponent_of(2, 0.5 * np.log(2)), 9) + 0.0
    0.0
    """
    found = _exponent(np.log(np.arange(1.0, n_ranks + 1.0)), None, mean_log)
    return float("nan") if found is None else found[0]


def _exponent(
    logs: Floats, log_width: Floats | None, mean_log: float, start: float = 1.0
) -> tuple[float, float, float] | None:
    """Return s with ``E[ln R] = mean_log``, the variance of ln R, and ln Z; None if it is not inside the bracket."""
    low, high = _LOW, _HIGH
    if not _moments(logs, log_width, high)[0] < mean_log < _moments(logs, log_width, low)[0]:
        return None
    s = min(max(start, low), high)
    for _ in range(_STEPS):
        mean, variance, _ = _moments(logs, log_width, s)
        low, high = (s, high) if mean > mean_log else (low, s)
        new = s + (mean - mean_log) / variance if variance > 0 else np.inf
        if not low <= new <= high:
            new = 0.5 * (low + high)
        done = abs(new - s) <= 1e-13 * max(1.0, abs(s))
        s = float(new)
        if done:
            break
    return s, *_moments(logs, log_width, s)[1:]


def _moments(logs: Floats, log_width: Floats | None, s: float) -> tuple[float, float, float]:
    """Return mean and variance of ln R, and ln Z, under p proportional to exp(-s ln R), times the width of a bin."""
    height = -s * logs if log_width is None else log_width - s * logs
    top = float(height.max())
    p = np.exp(height - top)
    z = float(p.sum())
    p /= z
    mean = float(p @ logs)
    return mean, float(p @ (logs - mean) ** 2), top + float(np.log(z))


def zipf_mandelbrot_ml(frequencies: ArrayLike) -> ZipfMandelbrot:
    """Fit exponent and shift of the Zipf-Mandelbrot law to the frequencies of the ranks 1 ... V.

    For each shift the best exponent is found as in `zipf_ml`; the shift is searched on a grid and by golden section
    (with the ranks beyond the first thousand in bins), and both are finished by Newton steps in two dimensions over
    all ranks. Standard errors from the observed information. NaN where the likelihood has no maximum at a shift in
    (-1, 10 V): the law is then no better than one of its limits, all on rank 1 or an exponential law.

    >>> ranks = np.arange(1, 501)
    >>> fit = zipf_mandelbrot_ml(1e6 * (ranks + 2.7) ** -1.3)
    >>> round(fit.exponent, 4), round(fit.shift, 4)
    (1.3, 2.7)
    """
    f = np.asarray(frequencies, dtype=np.float64)
    n = float(f.sum())
    if (f > 0).sum() < 3:
        return _NO_MANDELBROT
    rank, width, binned = _binned(f)
    log_width = np.log(width)

    def profile(t: float, start: float = 1.0) -> tuple[float, float]:
        """Return the log-likelihood a token and the best exponent at shift exp(t) - 1."""
        logs = np.log(rank + np.expm1(t))
        mean_log = float(binned @ logs) / n
        found = _exponent(logs, log_width, mean_log, start)
        return (-np.inf, start) if found is None else (-found[0] * mean_log - found[2], found[0])

    grid = np.linspace(-4.0, np.log(10.0 * len(f)), 32)
    values, s = [], 1.0
    for t in grid.tolist():
        value, s = profile(t, s)
        values.append(value)
    best = int(np.argmax(values))
    if best in (0, len(grid) - 1) or not np.isfinite(values[best]):
        return _NO_MANDELBROT
    t = _golden(lambda t: profile(t, s)[0], float(grid[best - 1]), float(grid[best + 1]))
    s, q, information = _newton_mandelbrot(f, profile(t)[1], float(np.expm1(t)))
    there = np.abs(mandelbrot_gradient(f, s, q)[0]).max() <= 1e-6 * n and q < 10.0 * len(f)
    if not (there and (np.linalg.eigvalsh(information) > 0).all()):
        return _NO_MANDELBROT
    variance = np.linalg.inv(information)
    logs = np.log(np.arange(1.0, len(f) + 1.0) + q)
    log_likelihood = -s * float(f @ logs) - n * _moments(logs, None, s)[2]
    return ZipfMandelbrot(s, q, float(np.sqrt(variance[0, 0])), float(np.sqrt(variance[1, 1])), log_likelihood)


def _binned(f: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean rank, number of ranks and summed frequency of bins: single ranks first, then ever wider ones."""
    v = len(f)
    edges = np.arange(min(v, _SINGLE))
    if v > _SINGLE:
        wider = np.unique(np.geomspace(_SINGLE, v, _SINGLE, endpoint=False).astype(np.int64))
        edges = np.concatenate((edges, wider))
    ends = np.append(edges[1:], v)
    return 0.5 * (edges + ends + 1.0), (ends - edges).astype(np.float64), np.add.reduceat(f, edges)


def mandelbrot_gradient(frequencies: ArrayLike, s: float, q: float) -> tuple[Floats, Floats]:
    """Return gradient (2,) and negative Hessian (2, 2) of the Zipf-Mandelbrot log-likelihood in (s, q)."""
    f = np.asarray(frequencies, dtype=np.float64)
    n = f.sum()
    shifted = np.arange(1.0, len(f) + 1.0) + q
    logs, inverse = np.log(shifted), 1.0 / shifted
    p = np.exp(-s * (logs - logs[0]))
    p /= p.sum()
    mean_log, mean_inverse = p @ logs, p @ inverse
    gradient = np.array([n * mean_log - f @ logs, s * (n * mean_inverse - f @ inverse)])
    covariance = p @ ((logs - mean_log) * (inverse - mean_inverse))
    ss = n * (p @ (logs - mean_log) ** 2)
    sq = f @ inverse - n * mean_inverse + n * s * covariance
    spread = p @ inverse**2 + s * (p @ (inverse - mean_inverse) ** 2)
    qq = s * (n * spread - f @ inverse**2)
    return gradient, np.array([[ss, sq], [sq, qq]])


def _newton_mandelbrot(f: Floats, s: float, q: float) -> tuple[float, float, Floats]:
    """Improve s and q while the gradient shrinks; return them and the observed information there."""
    gradient, information = mandelbrot_gradient(f, s, q)
    for _ in range(50):
        if not (np.linalg.eigvalsh(information) > 0).all():
            break
        step = np.linalg.solve(information, gradient)
        new_s, new_q = s + float(step[0]), q + float(step[1])
        if not (np.isfinite(step).all() and new_q > -1.0):
            break
        fresh, fresh_information = mandelbrot_gradient(f, new_s, new_q)
        if not np.abs(fresh).max() < np.abs(gradient).max():
            break
        s, q, gradient, information = new_s, new_q, fresh, fresh_information
    return s, q, information


def _golden(value: Callable[[float], float], low: float, high: float, tolerance: float = 1e-5) -> float:
    """Return where a function with one peak in [low, high] is largest."""
    share = (np.sqrt(5.0) - 1.0) / 2.0
    a, b = high - share * (high - low), low + share * (high - low)
    at_a, at_b = value(a), value(b)
    while high - low > tolerance:
        if at_a >= at_b:
            high, b, at_b = b, a, at_a
            a = high - share * (high - low)
            at_a = value(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + share * (high - low)
            at_b = value(b)
    return float(0.5 * (low + high))


def log_log_line(x: ArrayLike, y: ArrayLike) -> Line:
    """Return slope and intercept of the least-squares line of ln y on ln x; for drawing, not for inference.

    >>> line = log_log_line([1, 2, 4], [8, 4, 2])
    >>> round(line.slope, 9), round(float(np.exp(line.intercept)), 9)
    (-1.0, 8.0)
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    there = (a > 0) & (b > 0)
    a, b = np.log(a[there]), np.log(b[there])
    if len(a) < 2 or not (a != a[0]).any():
        return Line(np.nan, np.nan)
    away = a - a.mean()
    slope = float(away @ (b - b.mean()) / (away @ away))
    return Line(slope, float(b.mean() - slope * a.mean()))


# ---------------------------------------------------------------------------------------------------------------
# The tail of the frequency spectrum


def power_law_tail(values: ArrayLike) -> Tail:
    """Fit a discrete power law to the largest of some counts (Clauset, Shalizi & Newman 2009).

    For every minimum the exponent is that of maximum likelihood; of all minima the one is kept for which the largest
    distance between the empirical and the fitted distribution (Kolmogorov-Smirnov) is least. The largest value is no
    minimum. ``se`` from the curvature of the likelihood. NaN with fewer than three distinct values.

    >>> fit = power_law_tail(np.repeat([1, 2, 3, 4, 5, 6, 8, 11], [6000, 1060, 385, 188, 108, 70, 31, 13]))
    >>> bool(2.2 < fit.exponent < 2.8)
    True
    """
    data = np.asarray(values)
    x, number = np.unique(data[data > 0], return_counts=True)
    if len(x) < 3:
        return _NO_TAIL
    x = x.astype(np.float64)
    n = np.cumsum(number[::-1])[::-1]
    mean_log = np.cumsum((number * np.log(x))[::-1])[::-1] / n
    starts = np.arange(len(x) - 1)
    exponents = _tail_exponents(x[starts], mean_log[starts])
    distance = np.array([_distance(x[i:], number[i:], exponents[i]) for i in starts])
    best = int(np.argmin(distance))
    a, low = float(exponents[best]), float(x[best])
    return Tail(a, _tail_se(a, low, int(n[best])), low, int(n[best]), float(distance[best]))


def power_law_tail_p(values: ArrayLike, fit: Tail, n_replicates: int, rng: Generator) -> float:
    """Return the share of samples from the fitted law that fit worse than the data (semi-parametric bootstrap).

    Below the minimum values are drawn from the data, above from the law, and the minimum is chosen afresh each time.
    A p below 0.1 speaks against the power law; a high one does not prove it.
    """
    data = np.asarray(values)
    data = data[data > 0]
    if not np.isfinite(fit.exponent):
        return float("nan")
    below = data[data < fit.minimum]
    worse = 0
    for _ in range(n_replicates):
        n_tail = int(rng.binomial(len(data), fit.n / len(data)))
        tail = draw_power_law(fit.exponent, fit.minimum, n_tail, rng)
        rest = rng.choice(below, len(data) - n_tail) if len(below) else data[:0]
        worse += power_law_tail(np.concatenate((tail, rest))).distance >= fit.distance
    return worse / n_replicates


def draw_power_law(exponent: float, minimum: float, n: int, rng: Generator) -> Floats:
    """Draw whole numbers of at least ``minimum`` with ``P(X >= x) = zeta(a, x) / zeta(a, minimum)``, by bisection."""
    wanted = (1.0 - rng.random(n)) * zeta(exponent, minimum)
    low = np.full(n, float(minimum))  # P(X >= low) >= wanted
    high = 2.0 * low
    while (beyond := zeta(exponent, high) >= wanted).any():
        low, high = np.where(beyond, high, low), np.where(beyond, 2.0 * high, high)
        if high.max() > 2.0**52:
            break
    while (high - low > 1.0).any():
        middle = np.floor(0.5 * (low + high))
        above = zeta(exponent, middle) >= wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return low


def _tail_exponents(minimum: Floats, mean_log: Floats) -> Floats:
    """Return the exponents that maximise ``-ln zeta(a, x_min) - a mean ln x``, all minima at once."""
    low, high = np.full(len(minimum), 1.0 + 1e-6), np.full(len(minimum), 30.0)
    share = (np.sqrt(5.0) - 1.0) / 2.0

    def value(a: Floats) -> Floats:
        # zeta(a, m) = m^-a (1 + ...): taking m^-a out keeps it away from underflow
        return np.asarray(-np.log(zeta(a, minimum) * minimum**a) - a * (mean_log - np.log(minimum)))

    a, b = high - share * (high - low), low + share * (high - low)
    at_a, at_b = value(a), value(b)
    for _ in range(60):
        left = at_a >= at_b
        low, high = np.where(left, low, a), np.where(left, b, high)
        a, b = high - share * (high - low), low + share * (high - low)
        at_a, at_b = value(a), value(b)
    return np.asarray(0.5 * (low + high))


def _distance(x: Floats, number: Ints, exponent: float) -> float:
    """Return the largest distance of the two distributions, at the values and just below each of them."""
    total = zeta(exponent, x[0])
    seen = np.cumsum(number) / number.sum()
    upto = 1.0 - zeta(exponent, x + 1.0) / total
    below = 1.0 - zeta(exponent, x) / total
    return float(max(np.abs(seen - upto).max(), np.abs(np.concatenate(([0.0], seen[:-1])) - below).max()))


def _tail_se(a: float, minimum: float, n: int) -> float:
    step = 1e-3 * a
    logs = [float(np.log(zeta(a + k * step, minimum))) for k in (-1, 0, 1)]
    curvature = (logs[0] - 2.0 * logs[1] + logs[2]) / step**2
    return float(1.0 / np.sqrt(n * curvature)) if curvature > 0 else float("nan")


# ---------------------------------------------------------------------------------------------------------------
# Heaps


def heaps_nls(n: ArrayLike, v: ArrayLike) -> Heaps:
    """Fit ``V = K n^beta`` by least squares on V itself.

    For each beta the best K is known, so that only the zero of one derivative has to be found: by bisection on the
    exponent, begun from the line through the logarithms.

    >>> fit = heaps_nls([100, 400, 900], [20, 40, 60])
    >>> round(fit.k, 6), round(fit.beta, 6)
    (2.0, 0.5)
    """
    x, y = np.asarray(n, dtype=np.float64), np.asarray(v, dtype=np.float64)
    there = (x > 0) & np.isfinite(y)
    x, y = x[there], y[there]
    if len(np.unique(x)) < 2 or not (y > 0).any():
        return Heaps(np.nan, np.nan)
    logs = np.log(x / x.max())  # at most 0, so that no power overflows

    def k_of(beta: float) -> float:
        power = np.exp(beta * logs)
        return float(y @ power / (power @ power))

    def slope(beta: float) -> float:
        power = np.exp(beta * logs)
        return float((y - k_of(beta) * power) @ (power * logs))

    def error(beta: float) -> float:
        return float(((y - k_of(beta) * np.exp(beta * logs)) ** 2).sum())

    grid = np.linspace(-1.0, 4.0, 101)
    best = int(np.argmin([error(beta) for beta in grid.tolist()]))
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)])
    at_low = slope(low)
    for _ in range(100):
        middle = 0.5 * (low + high)
        at_middle = slope(middle)
        if (at_middle > 0) == (at_low > 0):
            low = middle
        else:
            high = middle
    beta = 0.5 * (low + high)
    return Heaps(k_of(beta) * float(x.max()) ** -beta, beta)


def chance_of_meeting(count: ArrayLike, length: ArrayLike, read: ArrayLike) -> Floats:
    """Return ``1 - C(L - c, m) / C(L, m)``: the chance that m tokens, drawn from L, hold one of the c that are wanted.

    >>> chance_of_meeting([2, 1], [4, 4], [1, 4]).round(9).tolist()
    [0.5, 1.0]
    """
    c, n, m = (np.asarray(value, dtype=np.float64) for value in (count, length, read))
    rest = np.maximum(n - c - m, 0.0)
    missed = gammaln(n - c + 1.0) - gammaln(rest + 1.0) - gammaln(n + 1.0) + gammaln(n - m + 1.0)
    return np.where(n - c >= m, -np.expm1(missed), 1.0)


def heaps_ols(n: ArrayLike, v: ArrayLike) -> Heaps:
    """Fit ``ln V = ln K + beta ln n`` by least squares: gives the smallest n as much weight as the largest."""
    line = log_log_line(n, v)
    return Heaps(float(np.exp(line.intercept)), line.slope)
