"""Lexical diversity: indices of how many different words a text has for its length.

N tokens, V types, S2 = sum of the squared counts of the types. Order-free indices follow Tweedie & Baayen (1998).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textkit.measures.arrays import LN10, Floats

VOCD_SIZES = np.arange(35, 51)
"""Sizes of the samples to which vocd-D fits its curve (Malvern et al. 2004)."""
HDD_DRAWS = 42
"""Size of the sample of HD-D (McCarthy & Jarvis 2007)."""


def ttr(n: ArrayLike, v: ArrayLike) -> Floats:
    """Return the type-token ratio ``V / N``; falls with length.

    >>> ttr([57, 0], [39, 0]).round(6).tolist()
    [0.684211, nan]
    """
    return _over(v, n)


def guiraud(n: ArrayLike, v: ArrayLike) -> Floats:
    """Return Guiraud's (1954) R, the root type-token ratio ``V / sqrt N``."""
    return _over(v, np.sqrt(_array(n)))


def cttr(n: ArrayLike, v: ArrayLike) -> Floats:
    """Return Carroll's (1964) corrected type-token ratio ``V / sqrt(2N)``."""
    return _over(v, np.sqrt(2.0 * _array(n)))


def herdan_c(n: ArrayLike, v: ArrayLike) -> Floats:
    """Return Herdan's (1960) C, ``ln V / ln N``; NaN for one token."""
    log_n, log_v = _logs(n, v)
    return _over(log_v, log_n)


def maas_a2(n: ArrayLike, v: ArrayLike) -> Floats:
    """Return Maas' (1972) a squared with natural logarithms, ``(ln N - ln V) / (ln N)^2``; lower = more diverse."""
    log_n, log_v = _logs(n, v)
    return _over(log_n - log_v, log_n**2)


def maas_a(n: ArrayLike, v: ArrayLike) -> Floats:
    """Return Maas' a with logarithms to base 10, ``sqrt((log N - log V) / (log N)^2)``; lower = more diverse."""
    return np.sqrt(np.maximum(LN10 * maas_a2(n, v), 0.0))


def dugast_u(n: ArrayLike, v: ArrayLike) -> Floats:
    """Return Dugast's (1978) U, ``(log10 N)^2 / (log10 N - log10 V)``; infinite if every token is a new type."""
    log_n, log_v = _logs(n, v)
    with np.errstate(divide="ignore", invalid="ignore"):
        return log_n**2 / LN10 / (log_n - log_v)


def summer_s(n: ArrayLike, v: ArrayLike) -> Floats:
    """Return Summer's S, ``ln ln V / ln ln N``; NaN with fewer than two types."""
    log_n, log_v = _logs(n, v)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(np.where(log_v > 0, log_v, np.nan)) / np.log(log_n)


def yule_k(n: ArrayLike, s2: ArrayLike) -> Floats:
    """Return Yule's (1944) K, ``10^4 (S2 - N) / N^2``; lower = more diverse.

    >>> float(yule_k(755, 7183).round(6))
    112.766984
    """
    n = _array(n)
    return _over(1e4 * (_array(s2) - n), n**2)


def yule_i(v: ArrayLike, s2: ArrayLike) -> Floats:
    """Return Yule's I, ``V^2 / (S2 - V)``; infinite if no type occurs twice."""
    v = _array(v)
    with np.errstate(divide="ignore", invalid="ignore"):
        return v**2 / (_array(s2) - v)


def simpson_d(n: ArrayLike, s2: ArrayLike) -> Floats:
    """Return Simpson's (1949) D, ``(S2 - N) / (N (N - 1))``: the chance that two tokens are of one type."""
    n = _array(n)
    return _over(_array(s2) - n, n * (n - 1.0))


def herdan_vm(n: ArrayLike, v: ArrayLike, s2: ArrayLike) -> Floats:
    """Return Herdan's (1955) Vm, ``sqrt(S2 / N^2 - 1 / V)``."""
    spread = _over(s2, _array(n) ** 2) - _over(1.0, v)
    return np.sqrt(np.maximum(spread, 0.0))


def mean_segment_ttr(n: ArrayLike, v: ArrayLike, types: ArrayLike, segments: ArrayLike, window: int) -> Floats:
    """Return the mean type-token ratio of segments of ``window`` tokens that have ``types`` types together.

    With all consecutive segments it is the MSTTR (Johnson 1944), with all sliding ones the MATTR (Covington & McFall
    2010). A text shorter than the window has no segment and gets its TTR.
    """
    segments = _array(segments)
    return np.where(segments > 0, _over(types, segments * window), ttr(n, v))


def mtld_direction(
    n: ArrayLike,
    factors: ArrayLike,
    rest_types: ArrayLike,
    rest_tokens: ArrayLike,
    *,
    threshold: float = 0.72,
    one_factor: bool = False,
) -> Floats:
    """Return the MTLD of one direction, ``N / factors``, from the full factors and the rest behind the last.

    The rest counts as ``(1 - its TTR) / (1 - threshold)`` of a factor. No factor at all (every token a new type) is
    undefined: NaN, or N with ``one_factor``. Source: McCarthy & Jarvis (2010).

    >>> mtld_direction(57, 1, 39, 57).tolist() != mtld_direction(57, 1, 0, 0).tolist()
    True
    """
    n, rest_tokens = _array(n), _array(rest_tokens)
    rest = np.where(rest_tokens > 0, 1.0 - _array(rest_types) / np.maximum(rest_tokens, 1.0), 0.0) / (1.0 - threshold)
    total = _array(factors) + rest
    with np.errstate(divide="ignore", invalid="ignore"):
        lengths = np.where(total > 0, n / total, n if one_factor else np.nan)
    return np.where(n > 0, lengths, np.nan)


def hdd(types: ArrayLike) -> Floats:
    """Return HD-D, the expected types of 42 tokens drawn without putting back, over 42."""
    return _array(types) / HDD_DRAWS


def vocd_d(ratios: ArrayLike) -> Floats:
    """Return the D whose curve ``(D/n) (sqrt(1 + 2n/D) - 1)`` is nearest, by least squares, to ratios for n = 35..50.

    ``ratios``: type-token ratios of samples of 35 to 50 tokens on the last axis. Infinite if all are 1, NaN if one is
    unknown. Source: Malvern, Richards, Chipere & Durán (2004).

    >>> sizes, d = VOCD_SIZES, 46.0
    >>> float(vocd_d(d / sizes * (np.sqrt(1 + 2 * sizes / d) - 1)).round(9))
    46.0
    """
    wanted = _array(ratios)
    low, high = np.full(wanted.shape[:-1], -7.0), np.full(wanted.shape[:-1], 25.0)  # ln D
    for _ in range(60):  # halving the interval so often leaves nothing of a double
        middle = (low + high) / 2.0
        below = _vocd_slope(np.exp(middle), wanted) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    d = np.exp((low + high) / 2.0)
    d = np.where((wanted > 1.0 - 1e-12).all(axis=-1), np.inf, d)
    return np.where(np.isnan(wanted).any(axis=-1), np.nan, d)


def _vocd_slope(d: Floats, wanted: Floats) -> NDArray[np.float64]:
    """Return half the derivative by D of the sum of squares; x = 2n/D and (sqrt(1+x)-1)/x written without loss."""
    d = d[..., None]
    root = np.sqrt(1.0 + 2.0 * VOCD_SIZES / d)
    curve = 2.0 / (root + 1.0)
    change = curve**2 * VOCD_SIZES / (2.0 * d**2 * root)
    slope: NDArray[np.float64] = ((curve - wanted) * change).sum(axis=-1)
    return slope


def _array(value: ArrayLike) -> Floats:
    return np.asarray(value, dtype=np.float64)


def _over(over: ArrayLike, under: ArrayLike) -> Floats:
    """Divide; NaN where nothing is there to divide by."""
    under = _array(under)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(under > 0, _array(over) / under, np.nan)


def _logs(n: ArrayLike, v: ArrayLike) -> tuple[Floats, Floats]:
    n, v = _array(n), _array(v)
    return np.log(np.where(n > 0, n, np.nan)), np.log(np.where(v > 0, v, np.nan))
