"""The rules of the model that a scenario chooses: its `model`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, create_model

from sim.rules.agenda import Bars as BarsChoice
from sim.rules.choices import MODEL
from sim.scenario.base import Model
from sim.yamlio.validation import LabelOf


class _Switches(Model):
    """The rules of the model, by name. `version` sets all of them that a scenario does not."""

    version: Literal[1, 2] = Field(description="Version of the model: sets every rule that a scenario does not")
    bars: Annotated[str, LabelOf(BarsChoice)]
    urgency: bool = Field(description="Whether baskets have the time pressure of their own that `urgency` states")
    war: bool = Field(description="Whether the days since `war.since` bear on the talks")


if TYPE_CHECKING:
    Switches = Any
else:
    Switches = create_model(
        "Switches",
        __base__=_Switches,
        __doc__=_Switches.__doc__,
        **{name: (Annotated[str, LabelOf(choice)], ...) for name, choice in MODEL.items()},
    )
