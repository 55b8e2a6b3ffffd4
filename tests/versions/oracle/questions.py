"""Versions and constraints that are hard to read: generated, the same ones for the same seed."""

import random
from collections.abc import Iterator

Pair = tuple[str, str]

_PLAIN_NUMBERS = ("0", "0", "0", "1", "1", "1", "2", "2", "3", "4", "10")
_ODD_NUMBERS = (
    "00", "01", "007", "18446744073709551615", "18446744073709551616", "99999999999999999999", "", "1x", "1|2", "|",
    "xx", "**", "x", "X", "*", "-1", "1_0", "٣", "1" * 70,
)  # fmt: skip
_WILD = ("x", "X", "*")
_PLAIN_IDENTIFIERS = ("0", "1", "2", "10", "a", "b", "rc", "RC", "alpha", "beta", "rc1", "1a", "0a", "-", "a-b")
_ODD_IDENTIFIERS = (
    "00", "01", "", "18446744073709551615", "18446744073709551616", "99999999999999999999", "9" * 30, "--", "-1", "_",
    "a_b", "x", "*", "é", "A" * 60, "0-", "+",
)  # fmt: skip
_OPERATORS = ("", "", "", "=", "!=", "!=", ">", ">", "<", "<", ">=", "=>", "<=", "=<", "~", "~", "~>", "^", "^")
_ODD_OPERATORS = ("==", "<>", "><", "~=", "^^", "!", "> =", "~ >", ">>", "=!", "-", "!>", "^>", "===")
_BLANKS = ("", "", "", "", "", " ", "  ", "\t", "\n", "\f", "\r")
_ODD_BLANKS = ("\v", "\u00a0", "\u2003", "\x85", "\x1c", "\x00", "\ufeff")
_SEPARATORS = (" ", " ", ",", ", ", " ,", " , ", "\t", "\r\n")
_ODD_SEPARATORS = ("", ",,", ";", "&&", "|", ", ,", "\v", "\u00a0")
_ANY = "0123456789xX*|.-+v <>=!~^,\t\n\vaZ_"


class Questions:
    """An endless supply; `odd` is how often a piece is taken from the odd ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._odd = 0.0

    def pairs(self, count: int) -> Iterator[Pair]:
        """A version and a constraint, often near each other."""
        for _ in range(count):
            self._odd = self._random.choice((0.0, 0.0, 0.0, 0.02, 0.02, 0.15))
            yield self._mutated(self._version()), self._mutated(self._constraint())

    def orders(self, count: int) -> Iterator[Pair]:
        """Two versions, often of the same three numbers."""
        for _ in range(count):
            self._odd = self._random.choice((0.0, 0.0, 0.05))
            first = self._version()
            numbers = first.split("-")[0].split("+")[0]
            second = numbers + self._tail() if self._random.random() < 0.5 else self._version()
            yield first, second

    def _pick(self, plain: tuple[str, ...], odd: tuple[str, ...]) -> str:
        return self._random.choice(odd if self._random.random() < self._odd else plain)

    def _chance(self, of: float) -> bool:
        return self._random.random() < of

    def _version(self) -> str:
        parts = self._random.choices((1, 2, 3, 4), (1, 2, 12, self._odd))[0]
        numbers = ".".join(self._pick(_PLAIN_NUMBERS, _ODD_NUMBERS) for _ in range(parts))
        return self._prefix() + numbers + self._tail()

    def _prefix(self) -> str:
        if self._chance(self._odd):
            return self._random.choice(("V", "vv", " ", "v ", "=", "-"))
        return "v" if self._chance(0.08) else ""

    def _tail(self) -> str:
        tail = f"-{self._identifiers()}" if self._chance(0.35) else ""
        return f"{tail}+{self._identifiers()}" if self._chance(0.12) else tail

    def _identifiers(self) -> str:
        if self._chance(self._odd / 8):
            return "a" * self._random.randint(230, 270)
        count = self._random.choices((1, 2, 3, 9), (8, 4, 2, self._odd))[0]
        return ".".join(self._pick(_PLAIN_IDENTIFIERS, _ODD_IDENTIFIERS) for _ in range(count))

    def _blank(self) -> str:
        return self._pick(_BLANKS, _ODD_BLANKS)

    def _bound(self) -> str:
        parts = self._random.choices((1, 2, 3, 4), (3, 3, 6, self._odd))[0]
        numbers = [self._pick(_PLAIN_NUMBERS, _ODD_NUMBERS) for _ in range(parts)]
        if self._chance(0.25):
            numbers[self._random.randrange(parts)] = self._random.choice(_WILD)
        tail = self._tail() if self._chance(0.5) else ""
        return self._prefix() + ".".join(numbers) + tail

    def _term(self) -> str:
        if self._chance(0.08):
            dash = self._random.choice((" - ", " - ", " - ", "\t-\n", "  -  ", " -", "- ", "-"))
            return f"{self._bound()}{dash}{self._bound()}"
        return f"{self._pick(_OPERATORS, _ODD_OPERATORS)}{self._blank()}{self._bound()}"

    def _group(self) -> str:
        count = self._random.choices((0, 1, 2, 3, 6), (self._odd / 4, 7, 3, 1, 0.1))[0]
        terms = [self._term() for _ in range(count)]
        text = terms[0] if terms else ""
        for term in terms[1:]:
            text += self._pick(_SEPARATORS, _ODD_SEPARATORS) + term
        return f"{self._blank()}{text}{self._blank()}"

    def _constraint(self) -> str:
        if self._chance(self._odd / 20):
            return "||".join([self._random.choice(("1", "x", ">2"))] * self._random.randint(30, 35))
        count = self._random.choices((1, 2, 3, 5), (12, 4, 1, 0.2))[0]
        text = self._random.choice(("||", "||", "|| ", "|||" if self._odd else "||")).join(
            self._group() for _ in range(count)
        )
        if self._chance(self._odd / 20):
            return text + self._random.choice((" ", ",1", " 9", "é")) * self._random.randint(60, 520)
        return text

    def _mutated(self, text: str) -> str:
        if not self._chance(self._odd):
            return text
        at = self._random.randint(0, len(text))
        put = self._random.choice(("", self._random.choice(_ANY), self._random.choice(_ANY)))
        return text[:at] + put + text[at + self._random.randint(0, 1) :]
