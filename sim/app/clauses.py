"""Block of the page: what each party could live with, clause by clause, as `parley analyse --clauses` prints it."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from sim.analysis.acceptability import (
    ALL,
    Acceptability,
    Clause,
    describe_method,
    describe_package,
    group_packages,
)
from sim.analysis.clauses import assess_clauses
from sim.app.escape import escape_markdown
from sim.app.identity import hash_scenario
from sim.app.tables import STYLE, format_table
from sim.scenario.load import Loaded
from sim.scenario.schema import Scenario

DRAWS = 300
"""Draws of the assumptions behind the shares."""
_BEST = 3
"""Packages shown of every basket."""

Rows = list[tuple[str, ...]]


def list_rows(clauses: list[Clause], scenario: Scenario) -> Iterator[tuple[str, tuple[str, ...], Rows]]:
    """Yield caption, headings and rows of every issue of one basket: a row an option, a column a party.

    Parameters
    ----------
    clauses : list of Clause
        Those of the basket, in the order of `Acceptability.clauses`.
    scenario : Scenario
        For titles.
    """
    for name in dict.fromkeys(clause.issue for clause in clauses):
        own = [clause for clause in clauses if clause.issue == name]
        parties = list(dict.fromkeys(clause.party for clause in own))
        heads = [scenario.parties[party].title if party != ALL else ALL for party in parties]
        rows = []
        for option in dict.fromkeys(clause.option for clause in own):
            cells = [f"{c.floors / c.n:.0%} ({c.interests / c.n:.0%})" for c in own if c.option == option]
            rows.append((option, *cells))
        yield scenario.issues[name].title, ("Option", *heads), rows


@st.cache_resource(max_entries=8, show_spinner="Assessing every labelled option")
def _assess(key: str, seed: int, _loaded: Loaded) -> Acceptability:
    """Assess the clauses of a scenario once."""
    return assess_clauses(_loaded, DRAWS, seed)


def show_clauses(loaded: Loaded, seed: int) -> None:
    """Show the tables and the best packages of every basket, once asked for. Raises ParleyError."""
    with st.expander("What each party could live with, clause by clause"):
        if not st.toggle("Assess every labelled option (some seconds)", key="clauses"):
            return
        result = _assess(hash_scenario(loaded), seed, loaded)
        st.caption(
            f"Share of {result.n:,} draws in which an option alone is worth at least the party's floor, in brackets at "
            "least its reservation value, at the start of the talks. The floor counts the loss if others do not comply "
            "and the pain of war."
        )
        for basket, packages in group_packages(result).items():
            st.subheader(escape_markdown(loaded.scenario.baskets[basket].title), anchor=False)
            own = [clause for clause in result.clauses if clause.basket == basket]
            st.html(STYLE + "".join(format_table(*table) for table in list_rows(own, loaded.scenario)))
            lines = [line for package in packages[:_BEST] for line in describe_package(package, loaded)]
            lines += [describe_method(result, basket)] if result.compared[basket] < result.total[basket] else []
            st.text("\n".join(lines))
