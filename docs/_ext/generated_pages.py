"""Reference pages that are read off the program when the site is built: commands, keys of a scenario, public names.

Each becomes a Markdown file in `reference/generated`, which the page of that name includes.
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.main import get_command
from typer.testing import CliRunner

import sim
from sim.cli.main import app as command_line
from sim.core.declarations import LETTERS
from sim.core.fields import BLOCKS, COEFFICIENTS, OFFER_COLUMNS, ROUND_COLUMNS, RUN_COLUMNS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

Node = Mapping[str, Any]


def write_commands() -> Iterator[str]:
    """Every verb of the command line with its arguments and options, in the order of `parley --help`."""
    group: Any = get_command(command_line)
    for name in group.list_commands(None):
        verb = group.commands[name]
        arguments = " ".join(_name_argument(p) for p in verb.params if p.param_type_name == "argument")
        summary, _, examples = (verb.help or "").partition("Examples:")
        yield f"## parley {name}\n"
        yield f"```text\nparley {name} [OPTIONS] {arguments}".rstrip() + "\n```\n"
        yield f"{_escape_text(summary.strip())}\n"
        lines = [line.strip() for line in examples.splitlines() if line.strip()]
        if lines:
            yield "```text\n" + "\n".join(lines) + "\n```\n"
        for parameter in verb.params:
            if not parameter.hidden:
                yield from _describe_parameter(parameter)


def _name_argument(parameter: Any) -> str:
    return f"{parameter.name.upper()}{' …' if parameter.nargs == -1 else ''}"


def _describe_parameter(parameter: Any) -> Iterator[str]:
    """One argument or option as an entry of a definition list."""
    if parameter.param_type_name == "argument":
        title = _name_argument(parameter)
    else:
        words = parameter.opts + parameter.secondary_opts
        title = ", ".join(words) + ("" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}")
    shown = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
    known = parameter.show_default and shown not in (None, False, "", [], ())
    yield f"`{title}`"
    yield f": {_escape_text(parameter.help or '')}{f' Default: `{shown}`.' if known else ''}\n"


def write_keys() -> Iterator[str]:
    """Every key of a scenario file with the form of its value, from the JSON schema that `parley schema` prints."""
    schema = json.loads(CliRunner().invoke(command_line, ["schema"]).output)
    yield "## Top level\n"
    yield from _tabulate_keys(schema)
    for name, entity in schema["$defs"].items():
        if "properties" in entity:
            yield f"## {name}\n"
            yield f"{_escape_text(entity.get('description', ''))}\n"
            yield from _tabulate_keys(entity)


def _tabulate_keys(entity: Node) -> Iterator[str]:
    yield "| Key | Value | Default | Meaning |"
    yield "|---|---|---|---|"
    for key, node in entity["properties"].items():
        default = node.get("default")
        shown = "" if default in (None, {}, [], "") else f"`{json.dumps(default)}`"
        meaning = _escape_text(node.get("description", "")).replace("|", "\\|").replace("\n", " ")
        yield f"| `{key}` | {describe_value(node)} | {shown} | {meaning} |"
    yield ""


def describe_value(node: Node) -> str:
    """What a value may be, in words: `a number`, `clock or zeuthen`, `a mapping of names to Stake`."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return "[a number](#forms-of-a-number)" if name == "Number" else f"[{name}](#{name.lower()})"
    if "anyOf" in node:
        forms = [describe_value(form) for form in node["anyOf"] if form.get("type") != "null"]
        return " or ".join(dict.fromkeys(forms))
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    if node.get("type") == "array":
        return f"a list of {describe_value(node.get('items', {}))}"
    if node.get("type") == "object":
        return _describe_mapping(node)
    bounds = [f"{sign} {node[key]}" for key, sign in BOUNDS if key in node]
    word = "a date" if node.get("format") == "date" else WORDS.get(node.get("type", ""), "anything")
    return f"{word} {' and '.join(bounds)}".strip()


BOUNDS = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
WORDS = {"string": "text", "number": "a plain number", "integer": "a whole number", "boolean": "`true` or `false`"}


def _describe_mapping(node: Node) -> str:
    values = list(node.get("patternProperties", {}).values()) or [node.get("additionalProperties")]
    if values[0] in (None, True, False):
        return "a mapping"
    return f"by name: {describe_value(values[0])}"


def write_columns() -> Iterator[str]:
    """Every column of the tables of results, as the registry declares it."""
    for title, columns in (("Runs", RUN_COLUMNS), ("Rounds", ROUND_COLUMNS), ("Offers", OFFER_COLUMNS)):
        yield f"## {title}\n"
        yield "| Column | Meaning | Kind | Type | Unit |"
        yield "|---|---|---|---|---|"
        for column in columns:
            name = column.name.format(f"<{SINGULAR[column.axis]}>") if "{}" in column.name else column.name
            yield f"| `{name}` | {_escape_text(column.meaning)} | {column.kind} | {column.type} | {column.unit} |"
        yield ""


SINGULAR = {
    "issues": "issue",
    "measure_days": "day",
    "baskets": "basket",
    "basket_days": "basket>_d<day",
    "parties": "party",
    "detail": "",
    "detail_baskets": "basket",
    "offer_issues": "",
    "offer_stakes": "",
}


def write_coefficients() -> Iterator[str]:
    """Every number of a scenario that a run reads, by the path at which it can be set."""
    for block in BLOCKS:
        if block.name == "world":
            rows = [(c.path, c.bounds, c.unit, c.meaning, c.source) for c in COEFFICIENTS]
        else:
            rows = [(*row, "") for row in block.fields]
        axes = [SINGULAR.get(LETTERS[letter], LETTERS[letter].removesuffix("s")) for letter in block.dims]
        yield f"## {block.name.replace('_', ' ').capitalize()}\n"
        yield "| Path | Bounds | Unit | Meaning | Source |"
        yield "|---|---|---|---|---|"
        for path, bounds, unit, meaning, source in rows:
            shown = path.format(*(f"<{axis}>" for axis in axes))
            yield f"| `{shown}` | {bounds} | {unit} | {_escape_text(meaning)} | {source} |"
        yield ""


def write_public_names() -> Iterator[str]:
    """The names that `import sim` offers, each with its summary line and a link to the module it is documented in."""
    yield "| Name | Meaning |"
    yield "|---|---|"
    for name in sorted(sim.__all__, key=str.lower):
        thing = getattr(sim, name)
        if hasattr(thing, "__qualname__"):
            summary = (inspect.getdoc(thing) or "").partition("\n")[0].replace("|", "\\|")
            home = f"{thing.__module__}.{thing.__qualname__}"
            yield f"| {{py:obj}}`sim.{name} <{home}>` | {_escape_text(summary)} |"


def _escape_text(text: str) -> str:
    """Text of the program as Markdown: its lines joined, what looks like markup escaped outside code."""
    parts = text.split("`")
    parts[::2] = [part.replace("*", r"\*").replace("<", r"\<").replace("_", r"\_") for part in parts[::2]]
    return "`".join(parts)


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "coefficients": write_coefficients,
    "columns": write_columns,
    "commands": write_commands,
    "keys": write_keys,
    "public": write_public_names,
}


def write_pages(app: Sphinx) -> None:
    """Write what has changed, so that an unchanged page is not built again."""
    os.environ.setdefault("COLUMNS", "100")
    folder = Path(app.srcdir) / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        path, text = folder / f"{name}.inc.md", "\n".join(write()) + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the writing of the pages."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
