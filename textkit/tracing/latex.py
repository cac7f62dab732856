"""A formula in LaTeX (amsmath), and plain words in LaTeX."""

from __future__ import annotations

from functools import singledispatch

from textkit.tracing import formula as tree
from textkit.tracing.brackets import ATOM, PRODUCT, SUM, factors, level, with_cross
from textkit.tracing.plain import GREEK
from textkit.tracing.wording import numeral

_SIGNS = {"<=": r"\le", ">=": r"\ge", "=": "=", "<": "<", ">": ">", "in": r"\in", "!=": r"\ne"}
_FUNCTIONS = {"max": r"\max", "min": r"\min", "sgn": r"\operatorname{sgn}", "exp": r"\exp"}

_LOW = "₀₁₂₃₄₅₆₇₈₉ₐₑᵢⱼₖₘₙₒₚᵣₛₜᵤᵥₓ"

# what TeX would take for a command, and characters that many fonts lack
_WORDS = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
        "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
        "|": r"\textbar{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}", "'": r"\textquotesingle{}",
        "\n": " ", "\r": " ", "\t": " ", "−": r"\ensuremath{-}", "≤": r"\ensuremath{\le}", "≥": r"\ensuremath{\ge}",
        "×": r"\ensuremath{\times}", "≈": r"\ensuremath{\approx}", "÷": r"\ensuremath{\div}",
        "→": r"\ensuremath{\rightarrow}", "∞": r"\ensuremath{\infty}", "√": r"\ensuremath{\surd}",
        "⋯": r"\ensuremath{\cdots}",
        **{low: rf"\textsubscript{{{char}}}" for char, low in zip("0123456789aeijkmnoprstuvx", _LOW, strict=True)},
        **{raised: rf"\textsuperscript{{{char}}}" for char, raised in zip("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True)},
        **{greek: rf"\ensuremath{{\{name}}}" for name, greek in GREEK.items() if len(greek) == 1},
    }
)  # fmt: skip


def words(text: object) -> str:
    r"""Write words so that LaTeX sets them as they are.

    >>> words("50% of {x_1} \\ $")
    '50\\% of \\{x\\_1\\} \\textbackslash{} \\$'
    """
    safe = "".join(char if char.isprintable() or char in "\n\r\t" else " " for char in str(text))
    return safe.translate(_WORDS)


@singledispatch
def latex(part: tree.Formula) -> str:
    r"""Write a formula in LaTeX, for math mode.

    >>> from textkit.tracing.formula import Symbol, log
    >>> latex(2 * Symbol("a") * log(Symbol("a") / Symbol("E", "11")))
    '2\\,a\\,\\ln\\frac{a}{E_{11}}'
    """
    raise TypeError(f"no LaTeX for a {type(part).__name__}")


def _in(part: tree.Formula, least: int) -> str:
    text = latex(part)
    return rf"\left({text}\right)" if level(part, stacked=True) < least else text


@latex.register
def _(part: tree.Literal) -> str:
    number = numeral(part.number)
    digits = {"∞": r"\infty", "NaN": r"\mathrm{NaN}"}.get(number.digits, number.digits.replace(",", "{,}"))
    power = "" if number.power is None else rf"\times 10^{{{number.power}}}"
    return ("-" if number.negative else "") + digits + power


@latex.register
def _(part: tree.Symbol) -> str:
    letter = (
        r"\Delta P" if part.letter == "DeltaP" else rf"\{part.letter}" if part.letter in GREEK else _name(part.letter)
    )
    above = "" if not part.above else "'" if part.above == "'" else f"^{{{_name(part.above)}}}"
    return letter + above + (f"_{{{_name(part.below)}}}" if part.below else "")


def _name(text: str) -> str:
    return text if len(text) == 1 or text.isdigit() else rf"\mathrm{{{text}}}"


@latex.register
def _(part: tree.Plus) -> str:
    out = _in(part.parts[0], SUM)
    for item in part.parts[1:]:
        out += f" - {_in(item.part, PRODUCT)}" if isinstance(item, tree.Minus) else f" + {_in(item, PRODUCT)}"
    return out


@latex.register
def _(part: tree.Minus) -> str:
    return f"-{_in(part.part, PRODUCT)}"


@latex.register
def _(part: tree.Times) -> str:
    return (r" \times " if with_cross(part) else r"\,").join(_in(item, least) for item, least in factors(part))


@latex.register
def _(part: tree.Over) -> str:
    return rf"\frac{{{latex(part.top)}}}{{{latex(part.bottom)}}}"


@latex.register
def _(part: tree.Power) -> str:
    return f"{_in(part.base, ATOM)}^{{{latex(part.exponent)}}}"


@latex.register
def _(part: tree.Root) -> str:
    return rf"\sqrt{{{latex(part.part)}}}"


@latex.register
def _(part: tree.Log) -> str:
    name = r"\ln" if part.base is None else rf"\log_{{{latex(tree.Literal(part.base))}}}"
    inside = latex(part.part)
    if isinstance(part.part, tree.Over):
        return rf"{name}{inside}"
    return rf"{name}\left({inside}\right)"


@latex.register
def _(part: tree.LogShare) -> str:
    return latex(part.written())


@latex.register
def _(part: tree.Absolute) -> str:
    return rf"\left|{latex(part.part)}\right|"


@latex.register
def _(part: tree.Apply) -> str:
    return rf"{_FUNCTIONS[part.name]}\left({', '.join(map(latex, part.parts))}\right)"


@latex.register
def _(part: tree.Tail) -> str:
    if part.kind == "chi2":
        df = "1" if part.df is None else latex(part.df)
        return rf"P\left(\chi^{{2}}_{{{df}}} \ge {latex(part.part)}\right)"
    variable = "Z" if part.df is None else f"T_{{{latex(part.df)}}}"
    return rf"2\,P\left({variable} \ge \left|{latex(part.part)}\right|\right)"


@latex.register
def _(part: tree.Choose) -> str:
    return rf"\binom{{{latex(part.n)}}}{{{latex(part.k)}}}"


@latex.register
def _(part: tree.Total) -> str:
    below = part.index if part.condition is None else latex(part.condition)
    return rf"\{'prod' if part.product else 'sum'}_{{{below}}} {_in(part.body, PRODUCT)}"


@latex.register
def _(part: tree.Written) -> str:
    if part.n == 0:
        return "1" if part.product else "0"
    if part.n == 1:
        return latex(part.parts[0])
    more = [r"\cdots"] if part.n > len(part.parts) else []
    return (r" \times " if part.product else " + ").join([*(_in(item, PRODUCT) for item in part.parts), *more])


@latex.register
def _(part: tree.Relation) -> str:
    return rf"{latex(part.left)} {_SIGNS[part.sign]} {latex(part.right)}"


@latex.register
def _(part: tree.Counted) -> str:
    return latex(part.shown)


@latex.register
def _(part: tree.Such) -> str:
    return rf"\left\{{{latex(part.unknown)} : {latex(part.relation)}\right\}}"
