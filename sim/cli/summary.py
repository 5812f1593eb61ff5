"""Summary of an ensemble as tables on the screen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.cli.text_table import TextTable, build_table
from sim.core.counts import format_count
from sim.figures.scales import create_scales
from sim.report.convergence import caption_terms, list_closed, list_terms
from sim.rules.outcome import BlockingReason
from sim.scenario.ladder import list_reachable
from sim.tables.quantities import compute_share, format_percent

if TYPE_CHECKING:
    from rich.console import Console

    from sim.figures.scales import Scale
    from sim.results.plan import Plan
    from sim.results.zones import Split, ZoneCounter
    from sim.tables.quantities import Share
    from sim.tables.summary import Summary


def print_summary(screen: Console, summary: Summary, job: Plan, zones: ZoneCounter | None = None) -> None:
    """Print outcomes, settlements, days, blocking reasons, means, and what the numbers are conditional on.

    Without a counter of zones, the first runs are simulated again to count them.
    """
    s = job.loaded.scenario
    titles = {name: basket.title for name, basket in s.baskets.items()}
    changed = " (changed)" if job.loaded.changes else ""
    title = f"{s.title}{changed}: {format_count(summary.n, 'run')}, seed {job.seed}"
    screen.print(title, style="bold", highlight=False, markup=False)
    screen.print()
    for text_table in (
        _tabulate_outcomes(summary, list_reachable(s)),
        _tabulate_settlements(summary, titles),
        _tabulate_days(summary, titles),
        *_tabulate_closed(summary, titles),
        *_tabulate_terms(summary, create_scales(s)),
        _tabulate_reasons(summary, titles, *_split_reasons(summary, job, zones)),
    ):
        screen.print(build_table(text_table, screen.width))
    screen.print(_format_means(summary), highlight=False, markup=False)
    screen.print(_format_note(job), highlight=False, markup=False)


def _format_note(job: Plan) -> str:
    """Format what the numbers are conditional on: the listed assumptions, and a posterior where there is one."""
    ground = "the assumptions listed by `parley show`"
    if job.posterior is not None:
        from calibration.posterior import describe_posterior

        ground = f"{describe_posterior(job.posterior.note)} (--posterior) and, for all others, on {ground}"
    note = f"Conditional on {ground}; not a forecast. The 95% intervals say how far "
    note += "another seed would move a share, not how far other assumptions would. "
    return note + "Zones of agreement are those at the end of a run; `parley analyse` looks at the start."


APART, RAISED = "interests apart", "floors raised by distrust or exposure"
"""What closes the zone of agreement of a basket: the parts of a split."""
_NO_ZONE = BlockingReason.NO_ZONE_OF_AGREEMENT.label


def _format_share(share: Share) -> str:
    return format_percent(share.share, share.runs)


def _format_interval(share: Share) -> str:
    decimals = 1 if share.of < 5000 else 2
    return f"{share.low:.{decimals}%} to {share.high:.{decimals}%}"


def _tabulate_outcomes(summary: Summary, reachable: tuple[str, ...]) -> TextTable:
    """Tabulate the outcomes that the scenario can reach, and any other that runs ended with after all."""
    columns = ("Outcome standing at the end", "Runs", "Share", "95% interval", "Highest reached")
    peaks = summary.outcome_shares("peak_outcome")
    rows = [
        (
            summary.outcomes[code],
            f"{share.runs:,}",
            _format_share(share),
            _format_interval(share),
            _format_share(peaks[code]),
        )
        for code, share in reversed(summary.outcome_shares().items())
        if code in reachable or share.runs or peaks[code].runs
    ]
    return TextTable("How the talks ended", columns, rows)


def _tabulate_settlements(summary: Summary, titles: dict[str, str]) -> TextTable:
    columns = ("Settled together", "At the end", "95% interval", "Zone of agreement", "95% interval")
    rows = []
    for basket in summary.baskets:
        settled, zone = summary.settled_share(basket), summary.zone_share(basket)
        rows.append(
            (
                titles[basket],
                _format_share(settled),
                _format_interval(settled),
                _format_share(zone),
                _format_interval(zone),
            )
        )
    return TextTable("What was settled, and whether some package gave every party its floor at the end", columns, rows)


def _tabulate_days(summary: Summary, titles: dict[str, str]) -> TextTable:
    """Tabulate the days to the first agreement, and to the settlement that stands at the end."""
    columns = ("Settled together", "Ever agreed on", "First: 10%", "Median day", "90%", "Standing since")
    rows = []
    for basket in summary.baskets:
        agreed, first = summary.agreement_share(basket), summary.day_quantiles(basket, "first_settled")
        days = [_format_day(first[q]) for q in (0.1, 0.5, 0.9)]
        rows.append((titles[basket], _format_share(agreed), *days, _format_day(summary.day_quantiles(basket)[0.5])))
    return TextTable("Days to each settlement", columns, rows)


def _format_day(day: float) -> str:
    return "–" if math.isnan(day) else f"{day:.0f}"


def _tabulate_closed(summary: Summary, titles: dict[str, str]) -> list[TextTable]:
    columns, rows = list_closed(summary, titles)
    title = "How much of the distance between the first demands was closed, mean of all runs"
    return [TextTable(title, columns, rows)] if rows else []


def _tabulate_terms(summary: Summary, scales: Mapping[str, Scale]) -> list[TextTable]:
    columns, rows = list_terms(summary, scales)
    return [TextTable(caption_terms(summary), columns, rows, texts=2)] if rows else []


def _split_reasons(summary: Summary, job: Plan, zones: ZoneCounter | None) -> tuple[int, dict[str, Split]]:
    """Split the runs without a zone of agreement, if there are any."""
    from sim.results.zones import split_zones

    if any(_NO_ZONE in summary.reason_shares(basket) for basket in summary.baskets):
        return split_zones(job) if zones is None else zones.splits()
    return 0, {}


def _tabulate_reasons(summary: Summary, titles: dict[str, str], runs: int, splits: dict[str, Split]) -> TextTable:
    """Tabulate what blocked each basket; the want of a zone split by its cause, over the first runs."""
    columns = ("Settled together", "Reason", "Share of all runs", "95% interval")
    rows = []
    for basket in summary.baskets:
        name = titles[basket]
        for reason, share in summary.reason_shares(basket).items():
            rows.append((name, reason, _format_share(share), _format_interval(share)))
            if reason == _NO_ZONE and basket in splits and runs:
                parts = zip((APART, RAISED), splits[basket], strict=True)
                shares = [(f"– {cause}", compute_share(count, runs)) for cause, count in parts]
                rows += [("", cause, _format_share(part), _format_interval(part)) for cause, part in shares]
            name = ""
    sample = f" (zones split over the first {runs:,} runs)" if 0 < runs < summary.n else ""
    return TextTable(f"What blocked the unsettled{sample}", columns, rows, texts=2)


def _format_means(summary: Summary) -> str:
    held, postponed = summary.mean("rounds_held"), summary.mean("rounds_postponed")
    text = f"A run holds {held:.1f} rounds on average and postpones {postponed:.1f}; "
    text += f"{summary.mean('incidents'):.1f} incidents; {summary.mean('days_in_abeyance'):.0f} of "
    text += f"{summary.mean('days'):.0f} days in abeyance."
    return text + "\n"
