"""Equations of the model description, made from the Python expressions that the tests hold to the rules.

The page states each rule once, as an expression. The site shows it in mathematics too; as the equation is made from the
expression, the two cannot differ. `SYMBOLS` gives the symbol of a code name; other names stand as words.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

SYMBOLS = {
    "demand": "d",
    "reservation": "r",
    "salience": "w",
    "concession": "C",
    "k0": "k_0",
    "beta": r"\beta",
    "elapsed": "t",
    "deadline": "T",
    "floor": "F",
    "lowest": r"F_{\min}",
    "aspiration": "A",
    "pain": "P",
    "pull": "P^{+}",
    "chance": r"\pi",
    "exposure": "L",
    "guarantee": "g",
    "utility": "U",
    "leverage": r"\ell",
    "hardening": "h",
    "audience": "a",
    "readiness": r"\rho",
    "facilitation": r"\phi",
    "progress": "q",
    "surplus": "S",
    "hazard": r"\eta",
    "width": r"\sigma",
    "memory": r"\mu",
    "EPS": r"\varepsilon",
    "inf": r"\infty",
}
"""Symbols of code names; the table of symbols on the page lists them."""

_BINARY = {ast.Add: (" + ", 2), ast.Sub: (" - ", 2), ast.Mult: (r" \, ", 3)}
_COMPARE = {
    ast.Lt: "<",
    ast.LtE: r"\le",
    ast.Gt: ">",
    ast.GtE: r"\ge",
    ast.Eq: "=",
    ast.NotEq: r"\ne",
    ast.In: r"\in",
    ast.NotIn: r"\notin",
}
_ATOM = 9


def write_equation(expression: str, name: str) -> str:
    """Write the equation of a rule.

    Parameters
    ----------
    expression : str
        A lambda of the rule's arguments.
    name : str
        Name of the rule, for the left side.

    Returns
    -------
    str
        LaTeX: `name(arguments) = expression`.

    Raises
    ------
    ValueError
        The expression has a part for which there is no notation.
    """
    tree = ast.parse(expression.strip(), mode="eval").body
    if not isinstance(tree, ast.Lambda):
        raise ValueError(f"`{name}` is no lambda")
    head = name if len(name) == 1 else rf"\text{{{_escape(name)}}}"
    left = rf"{head}({', '.join(_name(a.arg) for a in tree.args.args)})"
    return f"{left} = {_Writer().write(tree.body)}"


def _escape(word: str) -> str:
    return word.replace("_", r"\_")


def _name(name: str) -> str:
    """Write a name: its symbol, a single letter, or a word."""
    if name in SYMBOLS:
        return SYMBOLS[name]
    return name if len(name) == 1 else rf"\text{{{name.replace('_', ' ')}}}"


class _Writer:
    """Writes the nodes of an expression as LaTeX; `write` brackets what binds less than is asked for."""

    def write(self, node: ast.AST, least: int = 0) -> str:
        """Write a node, in brackets where it binds less than `least`."""
        method: Callable[[ast.AST], tuple[str, int]] | None = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            raise ValueError(f"no notation for {type(node).__name__}: {ast.unparse(node)}")
        text, binding = method(node)
        return rf"\left( {text} \right)" if binding < least else text

    def _list(self, nodes: Iterable[ast.AST]) -> str:
        return ", ".join(self.write(node) for node in nodes)

    def _Name(self, node: ast.Name) -> tuple[str, int]:
        return _name(node.id), _ATOM

    def _Constant(self, node: ast.Constant) -> tuple[str, int]:
        return (rf"\text{{{node.value}}}" if isinstance(node.value, str | bool) else f"{node.value:g}"), _ATOM

    def _UnaryOp(self, node: ast.UnaryOp) -> tuple[str, int]:
        if isinstance(node.op, ast.Not):
            return rf"\text{{not }} {self.write(node.operand, 2)}", 2
        return f"-{self.write(node.operand, 3)}", 2

    def _BinOp(self, node: ast.BinOp) -> tuple[str, int]:
        if isinstance(node.op, ast.Div):
            return rf"\frac{{{self.write(node.left)}}}{{{self.write(node.right)}}}", 4
        if isinstance(node.op, ast.Pow):
            return f"{self.write(node.left, 5)}^{{{self.write(node.right)}}}", 4
        if isinstance(node.op, ast.FloorDiv | ast.Mod | ast.BitAnd | ast.BitOr):
            word = {ast.FloorDiv: "div", ast.Mod: "mod", ast.BitAnd: "and", ast.BitOr: "or"}[type(node.op)]
            return rf"{self.write(node.left, 3)} \text{{ {word} }} {self.write(node.right, 4)}", 3
        sign, binding = _BINARY[type(node.op)]
        right = binding + 1 if isinstance(node.op, ast.Sub) else binding
        return f"{self.write(node.left, binding)}{sign}{self.write(node.right, right)}", binding

    def _BoolOp(self, node: ast.BoolOp) -> tuple[str, int]:
        word = r" \text{ and } " if isinstance(node.op, ast.And) else r" \text{ or } "
        return word.join(self.write(value, 1) for value in node.values), 0

    def _Compare(self, node: ast.Compare) -> tuple[str, int]:
        text = self.write(node.left, 2)
        for operator, value in zip(node.ops, node.comparators, strict=True):
            text += f" {_COMPARE[type(operator)]} {self.write(value, 2)}"
        return text, 1

    def _IfExp(self, node: ast.IfExp) -> tuple[str, int]:
        rows, rest = [], node
        while isinstance(rest, ast.IfExp):
            rows.append(rf"{self.write(rest.body)} & \text{{if }} {self.write(rest.test)}")
            rest = rest.orelse
        rows.append(rf"{self.write(rest)} & \text{{otherwise}}")
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}", _ATOM

    def _Subscript(self, node: ast.Subscript) -> tuple[str, int]:
        indices: list[ast.AST] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Subscript):
            indices.insert(0, inner.slice)
            inner = inner.value
        return f"{{{self.write(inner, _ATOM)}}}_{{{self._list(indices)}}}", _ATOM

    def _Tuple(self, node: ast.Tuple) -> tuple[str, int]:
        return self._list(node.elts), 0

    def _List(self, node: ast.List) -> tuple[str, int]:
        return rf"\left[ {self._list(node.elts)} \right]", _ATOM

    def _comprehension(self, generators: list[ast.comprehension]) -> str:
        parts = []
        for part in generators:
            bound = self._range(part.iter)
            parts.append(rf"{self.write(part.target)} {bound}")
            parts += [self.write(condition) for condition in part.ifs]
        return r", \; ".join(parts)

    def _range(self, node: ast.AST) -> str:
        """Bounds of an index: `range(n)` counts from 0."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            return rf"< {self.write(node.args[-1], 1)}"
        return rf"\in {self.write(node, 1)}"

    def _ListComp(self, node: ast.ListComp) -> tuple[str, int]:
        index = self._comprehension(node.generators)
        return rf"\left[ {self.write(node.elt)} \; : \; {index} \right]", _ATOM

    def _GeneratorExp(self, node: ast.GeneratorExp) -> tuple[str, int]:
        return rf"{self.write(node.elt)} \; : \; {self._comprehension(node.generators)}", 0

    def _Lambda(self, node: ast.Lambda) -> tuple[str, int]:
        return self.write(node.body), 0

    def _Starred(self, node: ast.Starred) -> tuple[str, int]:
        return rf"{self.write(node.value)} \dots", 0

    def _Attribute(self, node: ast.Attribute) -> tuple[str, int]:
        return rf"\text{{{_escape(node.attr)}}} \; {self.write(node.value, _ATOM)}", 2

    def _Call(self, node: ast.Call) -> tuple[str, int]:
        if isinstance(node.func, ast.Lambda):  # (lambda a: …)(value): the body, where a = value
            where = [
                rf"{_name(argument.arg)} = {self.write(value)}"
                for argument, value in zip(node.func.args.args, node.args, strict=True)
            ]
            conditions = r", \; ".join(where)
            return rf"{self.write(node.func.body)} \quad \text{{where }} {conditions}", 0
        if not isinstance(node.func, ast.Name):
            return rf"{self.write(node.func)} \left( {self._list(node.args)} \right)", 4
        return self._function(node.func.id, node.args)

    def _function(self, name: str, arguments: list[ast.expr]) -> tuple[str, int]:
        """A function of Python by its sign."""
        first = arguments[0] if arguments else None
        if name == "sum" and isinstance(first, ast.GeneratorExp | ast.ListComp):
            return rf"\sum_{{{self._comprehension(first.generators)}}} {self.write(first.elt, 3)}", 2
        if name == "sum":
            return rf"\sum {self.write(arguments[0], 3)}", 2
        if name == "sqrt":
            return rf"\sqrt{{{self._list(arguments)}}}", _ATOM
        if name == "abs":
            return rf"\left| {self._list(arguments)} \right|", _ATOM
        if name == "exp":
            return f"e^{{{self._list(arguments)}}}", 4
        if name == "len":
            return rf"\left| {self._list(arguments)} \right|", _ATOM
        if name == "int":
            return rf"\left\lfloor {self._list(arguments)} \right\rfloor", _ATOM
        if name in ("float", "bool"):
            return self.write(arguments[0]), 0
        sign = rf"\{name}" if name in ("max", "min", "log") else rf"\text{{{_escape(name)}}}"
        return rf"{sign} \left( {self._list(arguments)} \right)", 5
