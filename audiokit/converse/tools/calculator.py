"""A calculator: sums are exact, roots and angles rounded, and nothing but arithmetic can be said to it.

What is written is read by Python's own parser and walked here, node by node; nothing is ever run. Sizes are bounded, so
that ``9**9**9`` is refused at once. Numbers stay fractions as long as they can.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from decimal import Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction

from audiokit.errors import InputError

__all__ = ["calculate", "evaluate"]

_MOST_CHARS = 500
_DEEPEST = 100
_MOST_BITS = 4_096  # of a numerator or a denominator: 1,233 digits
_MOST_DIGITS = 1_200
_SHOWN_DIGITS, _SHOWN_EXACTLY = 15, 30
_MOST_FACTORIAL = 300
_TINY = 1e-15  # what is left of sin(pi)
_SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "^": "**"})  # noqa: RUF001 - as typed
_PERCENT_OF = re.compile(r"%\s*of\b")
_PERCENT = re.compile(r"%(?=\s*(?:[*/),]|$))")
_PERCENT_OR_REST = re.compile(r"%\s*[-+]")
# What no sum has, and Python's parser would warn of: strings, and words such as in "1if 2else 3".
_FOREIGN = re.compile(r"[^\w\s+*/%().,-]|(?<![a-z_])(?:and|else|for|if|in|is|not|or)(?![a-z])", re.IGNORECASE)
_TOO_LARGE = "The result is too large to write out. Use smaller numbers."
_NOT_A_SUM = "That is not a sum. Write it as in a program, for example (3 + 4) * 2.5 or sqrt(2)."


def calculate(expression: str) -> str:
    """Work out a sum exactly. Use it for every calculation, however easy it looks.

    Args:
        expression: The sum, for example "(12.5 + 7) * 3 / 4", "2**10", "15% of 80" or "sqrt(2)". There are + - * / // %
            ** and sqrt, abs, round, floor, ceil, min, max, exp, ln, log10, log(x, base), factorial, sin, cos, tan,
            asin, acos, atan (in radians), radians, degrees, pi and e.
    """
    value, is_exact = evaluate(expression)
    shown, is_whole = _written(value, is_exact=is_exact)
    return f"{' '.join(expression.split())} = {shown}{'' if is_whole else ' (rounded)'}"


def evaluate(expression: str) -> tuple[Fraction, bool]:
    """Return the value of an expression, and whether it is exact.

    Raises:
        InputError: it is no expression, or has no value that could be written down; the sentence says why.
    """
    if len(expression) > _MOST_CHARS:
        raise InputError(f"The sum is too long: {_MOST_CHARS} characters are the limit. Do it in steps.")
    source = _normal(expression)
    sums = _Sums(source)
    try:
        return sums.value(_parsed(source)), sums.is_exact
    except ZeroDivisionError as error:
        raise InputError("Nothing can be divided by zero.") from error
    except (Overflow, OverflowError) as error:
        raise InputError(_TOO_LARGE) from error
    except (DecimalException, ValueError) as error:
        raise InputError("This has no value among the real numbers.") from error


class _Sums:
    """One expression being worked out; ``is_exact`` turns false with the first step that is rounded."""

    def __init__(self, source: str) -> None:
        self.source, self.is_exact = source, True
        traps = [InvalidOperation, DivisionByZero, Overflow]
        self.precisely = Context(prec=50, Emax=_MOST_DIGITS, Emin=-_MOST_DIGITS, traps=traps)

    def value(self, node: ast.expr, depth: int = 0) -> Fraction:
        if depth > _DEEPEST:
            raise InputError("The sum is too deep. Do it in steps.")
        match node:
            case ast.Constant():
                return _bounded(self._number(node))
            case ast.Name(id=name) if name in _CONSTANTS:
                return self._rounded(_CONSTANTS[name])
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=of):
                inner = self.value(of, depth + 1)
                return -inner if isinstance(sign, ast.USub) else inner
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return _bounded(self._power(self.value(left, depth + 1), self.value(right, depth + 1)))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNED:
                return _bounded(_SIGNED[type(sign)](self.value(left, depth + 1), self.value(right, depth + 1)))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return _bounded(self._call(name, [self.value(arg, depth + 1) for arg in args]))
            case ast.Tuple():
                raise InputError("Write numbers without commas, with a point before the decimals.")
        raise InputError(_NOT_A_SUM)

    def _number(self, node: ast.Constant) -> Fraction:
        """Read a number from how it is written, so that 0.1 is a tenth."""
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise InputError(_NOT_A_SUM)
        if isinstance(node.value, int):
            return Fraction(node.value)
        written = Decimal(ast.get_source_segment(self.source, node) or "")
        if abs(written.adjusted()) > _MOST_DIGITS:
            raise InputError(_TOO_LARGE)
        return Fraction(written)

    def _power(self, base: Fraction, exponent: Fraction) -> Fraction:
        """Exactly where that stays small; else rounded, as compound interest over years is."""
        if exponent == Fraction(1, 2):
            return self._root(base)
        if exponent.denominator == 1:
            times = int(exponent)
            if base in {0, 1, -1} and times:
                return base ** ((2 + times % 2) * (1 if times > 0 else -1))
            if abs(times) * max(base.numerator.bit_length(), base.denominator.bit_length()) <= _MOST_BITS:
                return base**times
        return self._rounded(self.precisely.power(self._decimal(base), self._decimal(exponent)))

    def _root(self, of: Fraction) -> Fraction:
        if of >= 0:
            top, bottom = math.isqrt(of.numerator), math.isqrt(of.denominator)
            if top * top == of.numerator and bottom * bottom == of.denominator:
                return Fraction(top, bottom)
        return self._rounded(self.precisely.sqrt(self._decimal(of)))

    def _call(self, name: str, of: list[Fraction]) -> Fraction:
        match name, of:
            case "log", [x, base]:
                logs = [self.precisely.ln(self._decimal(each)) for each in (x, base)]
                return self._rounded(self.precisely.divide(*logs))
            case "round", [x, digits] if digits.denominator == 1 and abs(digits) <= _SHOWN_EXACTLY:
                return Fraction(round(x, int(digits)))
            case "min" | "max", [_, *_]:
                return min(of) if name == "min" else max(of)
            case "log", [_]:
                raise InputError("Write ln(x), log10(x) or log(x, base), so that the base is clear.")
            case _, [x]:
                return self._of_one(name, x)
        raise InputError(f"There is no {name[:30]} of {len(of)} numbers here. {_NOT_A_SUM}")

    def _of_one(self, name: str, x: Fraction) -> Fraction:
        if name == "sqrt":
            return self._root(x)
        if name in _EXACT:
            return Fraction(_EXACT[name](x))
        if name in _PRECISE:
            return self._rounded(_PRECISE[name](self.precisely, self._decimal(x)))
        if name in _FLOATING:
            found = _FLOATING[name](float(x))
            return self._rounded(Decimal(0 if abs(found) < _TINY else found))
        raise InputError(f"There is no function {name[:30]} here. {_NOT_A_SUM}")

    def _rounded(self, value: Decimal) -> Fraction:
        if not value.is_finite():
            raise ValueError("a pole, as of ln(0)")
        self.is_exact = False
        return Fraction(value)

    def _decimal(self, value: Fraction) -> Decimal:
        return self.precisely.divide(Decimal(value.numerator), Decimal(value.denominator))


def _factorial(of: Fraction) -> int:
    if of.denominator != 1 or not 0 <= of <= _MOST_FACTORIAL:
        raise InputError(f"Factorials are for whole numbers from 0 to {_MOST_FACTORIAL}.")
    return math.factorial(int(of))


_SIGNED: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: Fraction(a // b),
    ast.Mod: lambda a, b: a % b,
}
_CONSTANTS = {
    "pi": Decimal("3.14159265358979323846264338327950288419716939937511"),
    "e": Decimal("2.71828182845904523536028747135266249775724709369996"),
}
_EXACT: dict[str, Callable[[Fraction], Fraction | int]] = {
    "abs": abs,
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "factorial": _factorial,
}
_PRECISE: dict[str, Callable[[Context, Decimal], Decimal]] = {
    "exp": Context.exp,
    "ln": Context.ln,
    "log10": Context.log10,
}
_FLOATING: dict[str, Callable[[float], float]] = {
    function.__name__: function
    for function in (math.sin, math.cos, math.tan, math.asin, math.acos, math.atan, math.radians, math.degrees)
}


def _parsed(source: str) -> ast.expr:
    if _FOREIGN.search(source):
        raise InputError(_NOT_A_SUM)
    try:
        return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(_NOT_A_SUM) from error


def _normal(expression: str) -> str:
    """Return an expression in Python's signs; a percent sign that could be two things is refused."""
    plain = " ".join(expression.translate(_SIGNS).split()).removesuffix("=").strip()
    if _PERCENT_OR_REST.search(plain):
        raise InputError("Say which is meant: / 100 for percent, or brackets around what a remainder is taken of.")
    return _PERCENT.sub("/100", _PERCENT_OF.sub("/100*", plain))


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        raise InputError(_TOO_LARGE)
    return value


def _written(value: Fraction, *, is_exact: bool) -> tuple[str, bool]:
    """Return a value in figures, and whether that is all of it."""
    for n_digits in (_SHOWN_EXACTLY, _SHOWN_DIGITS):
        shown = Context(prec=n_digits).divide(Decimal(value.numerator), Decimal(value.denominator))
        if is_exact and Fraction(shown) == value:
            return _plain(shown), True
    return _plain(shown), False


def _plain(value: Decimal) -> str:
    """Without zeros at the end, and with an exponent only where it saves many of them."""
    short = value.normalize(Context(prec=_SHOWN_EXACTLY))
    return f"{short:f}" if -10 <= short.adjusted() < _SHOWN_EXACTLY else f"{short:e}"
