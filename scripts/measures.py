"""The code measured: lengths, comments, tests, names, cycles; what is worth a look when it grows.

    python scripts/measures.py

Lines of a function are those of its body without the docstring. An import counts for cycles also
when it is only for the type checker, but not when it waits inside a function.
"""

from __future__ import annotations

import ast
import io
import statistics
import tokenize
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from environment import ROOT
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = ROOT / "optimizer"
SISTERS = {
    "model.py": "the nouns: everybody's, and the campaign's",
    "planning.py": "a plan made: the campaign's, a day's, and the desk's calls for both",
    "ruin_recreate.py": "the search by SISR: of blocks, of a day",
}
"""Names that several modules may bear, for they play the same part in sister rooms."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Length:
    """A function and the lines that it takes."""

    name: str
    lines: int


def main() -> None:
    """Print the table."""
    lengths = sorted(function_lengths(), key=lambda length: length.lines)
    lines = [length.lines for length in lengths]
    p95 = statistics.quantiles(lines, n=20)[-1]
    code, tests = line_count(PACKAGE), line_count(ROOT / "tests")
    longest = ", ".join(f"{length.name} {length.lines}" for length in lengths[:-4:-1])
    rows = {
        "functions": f"{len(lines):,}",
        "median / p95 / longest": f"{statistics.median(lines):.0f} / {p95:.0f} / {lines[-1]}",
        "the longest": longest,
        "modules over 400 lines": ", ".join(long_modules()) or "none",
        "comment lines": f"{comment_share():.1%}",
        "fmt: skip": f"{count_of('fmt: skip')}",
        "test : code": f"{tests / code:.2f} ({tests:,} : {code:,} lines)",
        "shared basenames, sisters apart": ", ".join({*shared_basenames()} - {*SISTERS}) or "none",
        "sisters": ", ".join(shared_basenames()),
        "README": f"{(ROOT / 'README.md').stat().st_size:,} bytes",
        "names at the front door": f"{len(front_door())}",
        "cycles of imports": "; ".join(" ↔ ".join(cycle) for cycle in cycles()) or "none",
    }
    print("| measure | |\n|---|---|")
    for name, value in rows.items():
        print(f"| {name} | {value} |")


def sources(folder: Path = PACKAGE) -> list[Path]:
    """Python files of a folder."""
    return sorted(folder.rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    """A file's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"))


def function_lengths() -> Iterator[Length]:
    """Every function and method of the package, inner ones as well."""
    for path in sources():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, Function):
                yield Length(f"{path.stem}.{node.name}", _body_lines(node))


def _body_lines(node: Function) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def line_count(folder: Path) -> int:
    """Lines of a folder's Python files."""
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in sources(folder))


def long_modules(most: int = 400) -> list[str]:
    """Modules of more lines than that, with their lines."""
    counts = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    return [f"{module_of(path)} {count}" for path, count in counts.items() if count > most]


def comment_share() -> float:
    """Lines that are a comment alone, among all lines."""
    alone = 0
    for path in sources():
        text = path.read_text(encoding="utf-8")
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        alone += sum(token.type == tokenize.COMMENT and _is_alone(token) for token in tokens)
    return alone / line_count(PACKAGE)


def _is_alone(token: tokenize.TokenInfo) -> bool:
    return token.line.lstrip().startswith("#")


def count_of(text: str) -> int:
    """How often a text stands in the package."""
    return sum(path.read_text(encoding="utf-8").count(text) for path in sources())


def shared_basenames() -> dict[str, list[str]]:
    """Names that several modules bear, with their rooms."""
    counts = Counter(path.name for path in sources())
    shared = sorted(name for name, count in counts.items() if count > 1 and name != "__init__.py")
    return {name: [module_of(path) for path in sources() if path.name == name] for name in shared}


def front_door() -> list[str]:
    """Names that `from optimizer import …` offers."""
    for node in tree_of(PACKAGE / "__init__.py").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def cycles() -> list[list[str]]:
    """Modules that import each other in a circle, each circle once."""
    names = [module_of(path) for path in sources()]
    place = {name: number for number, name in enumerate(names)}
    edges = [
        (place[module_of(path)], place[target])
        for path in sources()
        for target in imports_of(path)
        if target in place and target != module_of(path)
    ]
    first, second = np.array(edges, dtype=np.int32).T
    graph = coo_array((np.ones(len(edges)), (first, second)), shape=(len(names), len(names)))
    _, label = connected_components(graph, connection="strong")
    size = np.bincount(label)
    return [
        [name for name, own in zip(names, label, strict=True) if own == circle]
        for circle in np.flatnonzero(size > 1)
    ]


def module_of(path: Path) -> str:
    """The dotted name of a file of the package."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    """Our modules that a file imports when it is loaded or type-checked."""
    for node in _outside_functions(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (_target(node.module, alias.name) for alias in node.names)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function):
            yield child
            yield from _outside_functions(child)


def _target(module: str, name: str) -> str:
    """The module that `from module import name` needs: a module of that name, or `module`."""
    inner = ROOT.joinpath(*module.split("."), name)
    is_module = inner.with_suffix(".py").exists() or (inner / "__init__.py").exists()
    return f"{module}.{name}" if is_module else module


if __name__ == "__main__":
    main()
