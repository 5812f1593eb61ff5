"""The bargaining core in NegMAS: one negotiation, and many from the command to a table.

NegMAS gets its best case: outcomes sorted and utility functions inverted once, by hand, and shared by all negotiations.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

from tests.benchmarks.dimensions import ISSUES, OPTIONS, TURNS


def negmas_negotiation() -> Callable[[], Any]:
    """A function that plays one negotiation in NegMAS; what can be prepared once is prepared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from negmas import LinearAdditiveUtilityFunction, PresortingInverseUtilityFunction, SAOMechanism, make_issue
        from negmas.preferences.value_fun import TableFun
        from negmas.sao.negotiators import AspirationNegotiator

    issues = [make_issue(list(range(OPTIONS)), name=f"issue{k}") for k in range(ISSUES)]
    weights = [(k + 1.0) / 21.0 for k in range(ISSUES)]
    functions, inverters = [], []
    for rising, ordered in ((True, weights), (False, weights[::-1])):
        points = {v: v / (OPTIONS - 1) if rising else 1.0 - v / (OPTIONS - 1) for v in range(OPTIONS)}
        function = LinearAdditiveUtilityFunction([TableFun(points) for _ in issues], weights=ordered, issues=issues)
        inverter = PresortingInverseUtilityFunction(function)
        inverter.init()
        inverter.init = lambda: None  # it is ready: what negotiations share is not sorted again
        functions.append(function)
        inverters.append(inverter)

    def negotiate() -> Any:
        table = SAOMechanism(issues=issues, n_steps=TURNS)
        for k, (function, inverter) in enumerate(zip(functions, inverters, strict=True)):
            sits = {"aspiration_type": "linear", "ufun_inverter": lambda _, mine=inverter: mine, "name": str(k)}
            table.add(AspirationNegotiator(**sits), ufun=function)
        return table.run()

    return negotiate


def main(n: int, file: str) -> None:
    """Negotiate n times and write the table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    negotiate = negmas_negotiation()
    states = [negotiate() for _ in range(n)]
    rows = [{"turn": state.step, "package": list(state.agreement or ())} for state in states]
    pq.write_table(pa.Table.from_pylist(rows), file)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
