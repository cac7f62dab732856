"""A formula in one line of plain text."""

from __future__ import annotations

from functools import singledispatch

from textkit.tracing import formula as tree
from textkit.tracing.brackets import ATOM, POWER, PRODUCT, SUM, factors, level, with_cross
from textkit.tracing.wording import LOWERED, RAISED, shown

GREEK = {
    "alpha": "α", "beta": "β", "chi": "χ", "delta": "δ", "Delta": "Δ", "DeltaP": "ΔP", "lambda": "λ", "mu": "μ",
    "omega": "ω", "phi": "φ", "Phi": "Φ", "pi": "π", "rho": "ρ", "sigma": "σ", "Sigma": "Σ", "tau": "τ", "kappa": "κ",
}  # fmt: skip
SIGNS = {"<=": "≤", ">=": "≥", "=": "=", "<": "<", ">": ">", "in": "∈", "!=": "≠"}

_LETTERS = str.maketrans("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


@singledispatch
def plain(part: tree.Formula) -> str:
    """Write a formula in plain text.

    >>> from textkit.tracing.formula import Symbol, log
    >>> plain(2 * Symbol("a") * log(Symbol("a") / Symbol("E", "11")))
    '2·a·ln(a / E₁₁)'
    """
    raise TypeError(f"no plain text for a {type(part).__name__}")


def _in(part: tree.Formula, least: int) -> str:
    text = plain(part)
    return f"({text})" if level(part, stacked=False) < least else text


@plain.register
def _(part: tree.Literal) -> str:
    return shown(part.number)


@plain.register
def _(part: tree.Symbol) -> str:
    return GREEK.get(part.letter, part.letter) + _above(part.above) + _below(part.below)


def _below(index: str) -> str:
    if not index:
        return ""
    lowered = index.translate(LOWERED) if index.isdigit() else index.translate(_LETTERS) if len(index) == 1 else index
    return f"_{index}" if lowered.isascii() else lowered


def _above(mark: str) -> str:
    if not mark or mark == "'":
        return "′" if mark else ""
    return mark.translate(RAISED) if mark.isdigit() else f"^{mark}"


@plain.register
def _(part: tree.Plus) -> str:
    out = _in(part.parts[0], SUM)
    for item in part.parts[1:]:
        out += f" − {_in(item.part, PRODUCT)}" if isinstance(item, tree.Minus) else f" + {_in(item, PRODUCT)}"
    return out


@plain.register
def _(part: tree.Minus) -> str:
    return f"−{_in(part.part, PRODUCT)}"


@plain.register
def _(part: tree.Times) -> str:
    # a / b·c would be read in two ways: fractions in a product get brackets
    pieces = [_in(item, ATOM if isinstance(item, tree.Over) else least) for item, least in factors(part)]
    return (" × " if with_cross(part) else "·").join(pieces)


@plain.register
def _(part: tree.Over) -> str:
    # a / b / c and a / b·c would be read in more than one way
    return f"{_in(part.top, POWER if isinstance(part.top, tree.Over) else PRODUCT)} / {_in(part.bottom, POWER)}"


@plain.register
def _(part: tree.Power) -> str:
    exponent = plain(part.exponent)
    raised = exponent.translate(RAISED) if exponent.isdigit() else f"^{_in(part.exponent, ATOM)}"
    return f"{_in(part.base, ATOM)}{raised}"


@plain.register
def _(part: tree.Root) -> str:
    return f"√({plain(part.part)})"


@plain.register
def _(part: tree.Log) -> str:
    name = "ln" if part.base is None else f"log{shown(part.base).translate(LOWERED)}"
    return f"{name}({plain(part.part)})"


@plain.register
def _(part: tree.LogShare) -> str:
    return plain(part.written())


@plain.register
def _(part: tree.Absolute) -> str:
    return f"|{plain(part.part)}|"


@plain.register
def _(part: tree.Apply) -> str:
    return f"{part.name}({', '.join(map(plain, part.parts))})"


@plain.register
def _(part: tree.Tail) -> str:
    if part.kind == "chi2":
        df = "₁" if part.df is None else plain(part.df).translate(LOWERED)
        return f"P(χ²{df} ≥ {plain(part.part)})"
    if part.kind == "normal":
        return f"2·P(Z ≥ |{plain(part.part)}|)"
    assert part.df is not None
    return f"2·P(T({plain(part.df)}) ≥ |{plain(part.part)}|)"


@plain.register
def _(part: tree.Choose) -> str:
    return f"C({plain(part.n)}, {plain(part.k)})"


@plain.register
def _(part: tree.Total) -> str:
    sign = "Π" if part.product else "Σ"
    below = f"_{part.index}" if part.condition is None else f"[{plain(part.condition)}]"
    return f"{sign}{below} {_in(part.body, PRODUCT)}"


@plain.register
def _(part: tree.Written) -> str:
    if part.n == 0:
        return "1" if part.product else "0"
    if part.n == 1:
        return plain(part.parts[0])
    joint = " × " if part.product else " + "
    return joint.join([*(_in(item, PRODUCT) for item in part.parts), *(["⋯"] if part.n > len(part.parts) else [])])


@plain.register
def _(part: tree.Relation) -> str:
    return f"{plain(part.left)} {SIGNS[part.sign]} {plain(part.right)}"


@plain.register
def _(part: tree.Counted) -> str:
    return plain(part.shown)


@plain.register
def _(part: tree.Such) -> str:
    return f"{{{plain(part.unknown)} : {plain(part.relation)}}}"
