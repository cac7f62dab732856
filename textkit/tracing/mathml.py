"""A formula in MathML, which browsers draw by themselves: no script, no network."""

from __future__ import annotations

from functools import singledispatch

from textkit.markup import esc
from textkit.tracing import formula as tree
from textkit.tracing.brackets import ATOM, PRODUCT, SUM, factors, level, with_cross
from textkit.tracing.plain import GREEK, SIGNS
from textkit.tracing.wording import numeral


@singledispatch
def mathml(part: tree.Formula) -> str:
    """Write a formula in MathML.

    >>> from textkit.tracing.formula import Symbol
    >>> mathml(Symbol("a") / 2)
    '<mfrac><mi>a</mi><mn>2</mn></mfrac>'
    """
    raise TypeError(f"no MathML for a {type(part).__name__}")


def sign(text: str) -> str:
    """Write an operator or a bracket."""
    return f"<mo>{esc(text)}</mo>"


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _bracketed(*parts: str, left: str = "(", right: str = ")") -> str:
    return _row(sign(left), *parts, sign(right))


def _in(part: tree.Formula, least: int) -> str:
    text = mathml(part)
    return _bracketed(text) if level(part, stacked=True) < least else text


def _name(text: str) -> str:
    return f"<mn>{esc(text)}</mn>" if text.isdigit() else f"<mi>{esc(text)}</mi>"


@mathml.register
def _(part: tree.Literal) -> str:
    number = numeral(part.number)
    digits = f"<mn>{esc(number.digits)}</mn>"
    pieces = [sign("−")] if number.negative else []
    pieces.append(digits)
    if number.power is not None:
        pieces += [sign("×"), f"<msup><mn>10</mn>{_whole(number.power)}</msup>"]
    return pieces[0] if len(pieces) == 1 else _row(*pieces)


def _whole(number: int) -> str:
    return f"<mn>{number}</mn>" if number >= 0 else _row(sign("−"), f"<mn>{-number}</mn>")


@mathml.register
def _(part: tree.Symbol) -> str:
    letter = f"<mi>{esc(GREEK.get(part.letter, part.letter))}</mi>"
    above = sign("′") if part.above == "'" else _name(part.above)
    if part.above and part.below:
        return f"<msubsup>{letter}{_name(part.below)}{above}</msubsup>"
    if part.above:
        return f"<msup>{letter}{above}</msup>"
    return f"<msub>{letter}{_name(part.below)}</msub>" if part.below else letter


@mathml.register
def _(part: tree.Plus) -> str:
    pieces = [_in(part.parts[0], SUM)]
    for item in part.parts[1:]:
        inner = item.part if isinstance(item, tree.Minus) else item
        pieces += [sign("−" if isinstance(item, tree.Minus) else "+"), _in(inner, PRODUCT)]
    return _row(*pieces)


@mathml.register
def _(part: tree.Minus) -> str:
    return _row(sign("−"), _in(part.part, PRODUCT))


@mathml.register
def _(part: tree.Times) -> str:
    joint = sign("×") if with_cross(part) else '<mspace width="0.17em"></mspace>'
    return _row(joint.join(_in(item, least) for item, least in factors(part)))


@mathml.register
def _(part: tree.Over) -> str:
    return f"<mfrac>{mathml(part.top)}{mathml(part.bottom)}</mfrac>"


@mathml.register
def _(part: tree.Power) -> str:
    return f"<msup>{_in(part.base, ATOM)}{mathml(part.exponent)}</msup>"


@mathml.register
def _(part: tree.Root) -> str:
    return f"<msqrt>{mathml(part.part)}</msqrt>"


@mathml.register
def _(part: tree.Log) -> str:
    name = "<mi>ln</mi>" if part.base is None else f"<msub><mi>log</mi>{mathml(tree.Literal(part.base))}</msub>"
    inside = mathml(part.part)
    space = '<mspace width="0.17em"></mspace>'
    return _row(name, space, inside) if isinstance(part.part, tree.Over) else _row(name, _bracketed(inside))


@mathml.register
def _(part: tree.LogShare) -> str:
    return mathml(part.written())


@mathml.register
def _(part: tree.Absolute) -> str:
    return _bracketed(mathml(part.part), left="|", right="|")


@mathml.register
def _(part: tree.Apply) -> str:
    return _row(f"<mi>{esc(part.name)}</mi>", _bracketed(sign(",").join(map(mathml, part.parts))))


@mathml.register
def _(part: tree.Tail) -> str:
    if part.kind == "chi2":
        df = "<mn>1</mn>" if part.df is None else mathml(part.df)
        chi = f"<msubsup><mi>χ</mi>{df}<mn>2</mn></msubsup>"
        return _row("<mi>P</mi>", _bracketed(chi, sign("≥"), mathml(part.part)))
    variable = "<mi>Z</mi>" if part.df is None else f"<msub><mi>T</mi>{mathml(part.df)}</msub>"
    size = _bracketed(mathml(part.part), left="|", right="|")
    return _row("<mn>2</mn>", "<mi>P</mi>", _bracketed(variable, sign("≥"), size))


@mathml.register
def _(part: tree.Choose) -> str:
    return _bracketed(f'<mfrac linethickness="0">{mathml(part.n)}{mathml(part.k)}</mfrac>')


@mathml.register
def _(part: tree.Total) -> str:
    below = _name(part.index) if part.condition is None else mathml(part.condition)
    big = f"<munder>{sign('∏' if part.product else '∑')}{below}</munder>"
    return _row(big, _in(part.body, PRODUCT))


@mathml.register
def _(part: tree.Written) -> str:
    if part.n == 0:
        return "<mn>1</mn>" if part.product else "<mn>0</mn>"
    if part.n == 1:
        return mathml(part.parts[0])
    more = [sign("⋯")] if part.n > len(part.parts) else []
    return _row(sign("×" if part.product else "+").join([*(_in(item, PRODUCT) for item in part.parts), *more]))


@mathml.register
def _(part: tree.Relation) -> str:
    return _row(mathml(part.left), sign(SIGNS[part.sign]), mathml(part.right))


@mathml.register
def _(part: tree.Counted) -> str:
    return mathml(part.shown)


@mathml.register
def _(part: tree.Such) -> str:
    return _bracketed(mathml(part.unknown), sign(":"), mathml(part.relation), left="{", right="}")
