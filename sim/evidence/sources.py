"""Documents that numbers come from: what they are, whose media they are, why they are cited."""

from __future__ import annotations

import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.yamlio.reader import read


class Source(BaseModel):
    """One document. `perspective` says whose media it belongs to; `dating` how an undated one was dated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    publisher: str
    published: datetime.date
    dating: str | None = None
    language: str
    translated: bool
    perspective: str
    url: str | None = None
    file: str | None = None
    cited_for: str

    def citation(self) -> str:
        """One line for a list of references."""
        year = self.published.year if self.dating == "year only" else self.published.isoformat()
        where = f" {self.url}" if self.url else ""
        return f"{self.publisher} ({year}). {self.title}.{where}"


def load_sources(folder: Path) -> dict[str, Source]:
    """Read `sources.yaml` of a folder; an absent file is no sources. Raises ScenarioError with file, line and key."""
    path = folder / "sources.yaml"
    if not path.is_file():
        return {}
    document = read(path)
    found: dict[str, Source] = {}
    for name, entry in (document.data.get("sources") or {}).items():
        try:
            found[name] = Source.model_validate(entry)
        except ValidationError as error:
            first = error.errors()[0]
            problem = f"{first['msg'][0].lower()}{first['msg'][1:]}"
            raise document.refuse(problem, ("sources", name, *first["loc"])) from None
    return found
