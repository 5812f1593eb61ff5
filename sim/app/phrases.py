"""Changes in words, for chips and headings."""

from __future__ import annotations

from sim.app.controls import Changes, Slider
from sim.app.editing import format_value
from sim.app.presets import list_presets
from sim.app.questions import Question
from sim.scenario.schema import Scenario


def group_changes(changes: Changes, s: Scenario, sliders: list[Slider]) -> list[tuple[str, list[str]]]:
    """Group changes into chips.

    Parameters
    ----------
    changes : dict
        Values at dotted paths.
    s : Scenario
        The scenario without them.
    sliders : list of Slider
        Its numbers with their labels.

    Returns
    -------
    list of (str, list of str)
        Words of a chip, and the paths that it removes.
    """
    chips: list[tuple[str, list[str]]] = []
    rest = dict(changes)
    venue = [path for path in rest if path.startswith("venue_choice.")]
    if venue:
        chips.append((_describe_venue(rest, s), venue))
    for preset in list_presets(s):
        option = preset.get_option(rest)
        own = list(preset.options[option])
        if own:
            chips.append((f"{preset.label}: {option.partition(':')[0]}", own))
    used = {path for _, paths in chips for path in paths}
    labels = {slider.path: slider.label for slider in sliders}
    for path, value in rest.items():
        if path not in used:
            chips.append((f"{_describe_path(path, s, labels)}: {format_value(value)}", [path]))
    return chips


def _describe_venue(changes: Changes, s: Scenario) -> str:
    """Describe where rounds are held."""
    rule = changes.get("venue_choice.rule", s.venue_choice.rule)
    order = changes.get("venue_choice.order", s.venue_choice.order)
    titles = [s.venues[name].title if name in s.venues else str(name) for name in order]
    match rule:
        case "fixed":
            return f"Rounds always in: {', '.join(titles[:1])}"
        case "rotating":
            return f"Rounds in turn in: {', '.join(titles)}"
        case _:
            return "Rounds at the most acceptable venue"


def _describe_path(path: str, s: Scenario, labels: dict[str, str]) -> str:
    """Describe a path by the label of its control."""
    if path in labels:
        return labels[path]
    match path.split("."):
        case ["mediators", name, "attends"] if name in s.mediators:
            return f"{s.mediators[name].title} at the table"
        case _:
            return path


def name_change(changes: Changes, chips: list[tuple[str, list[str]]], known: list[tuple[Question, Changes]]) -> str:
    """Name the change as the question that it answers, else by its chips; empty where there is none."""
    for question, answer in known:
        if answer == changes:
            return question.label
    words = [text for text, _ in chips]
    return "; ".join(words[:2]) + (f" and {len(words) - 2} more" if len(words) > 2 else "")
