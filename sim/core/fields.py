"""The registry: every coefficient, entity field and column of result tables is declared here, once.

The array layouts of both engines, the schema's bounds and descriptions, the JSON schema, `parley show`, the tables of
the documentation and what experiments may measure all follow from these declarations.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from sim.core.declarations import ANY, NON_NEGATIVE, POSITIVE, SIGNED, UNIT, Block, Coefficient, Column

COEFFICIENTS = (
    Coefficient("calendar.horizon", POSITIVE, "days", "length of a run"),
    Coefficient("calendar.gap_scale", POSITIVE, "days", "Weibull scale of the gap to the next planned round"),
    Coefficient("calendar.gap_shape", POSITIVE, "1", "Weibull shape of that gap: 1 is memoryless"),
    Coefficient("calendar.gap_min", NON_NEGATIVE, "days", "shortest gap between planned rounds"),
    Coefficient("calendar.rounds_per_deadline", POSITIVE, "rounds", "rounds a party plans within its deadline"),
    Coefficient("calendar.abeyance_review", POSITIVE, "days", "how often it is looked at whether talks resume"),
    Coefficient("behaviour.derivation.half_life", POSITIVE, "days", "age at which an old concession counts half"),
    Coefficient("behaviour.derivation.withdrawn_discount", UNIT, "share", "discount of a withdrawn concession"),
    Coefficient("behaviour.derivation.margin", NON_NEGATIVE, "share", "how far beyond the farthest concession"),
    Coefficient("behaviour.balance.start", UNIT, "scale", "balance of forces at the start"),
    Coefficient("behaviour.balance.drift", ANY, "scale a day", "drift of the balance"),
    Coefficient("behaviour.balance.noise", NON_NEGATIVE, "scale a root day", "noise of the balance"),
    Coefficient("behaviour.balance.gain", NON_NEGATIVE, "1", "shift of reservation values", "Fearon 1995"),
    Coefficient("behaviour.balance.stalemate_drift", POSITIVE, "scale a day", "drift above which none feels stuck"),
    Coefficient("behaviour.balance.memory", POSITIVE, "days", "memory of recent drift"),
    Coefficient("behaviour.pain.weight", NON_NEGATIVE, "1", "pain from the cost of war in a stalemate", "Zartman 2000"),
    Coefficient("behaviour.pain.cap", NON_NEGATIVE, "utility", "largest pain"),
    Coefficient("behaviour.pain.memory", POSITIVE, "days", "memory of cost"),
    Coefficient("behaviour.trust.incident_effect", UNIT, "share", "trust lost to a fully blamed incident"),
    Coefficient("behaviour.trust.memory", POSITIVE, "days", "time in which trust drifts to its baseline"),
    Coefficient("behaviour.trust.delivery_gain", UNIT, "share", "trust gained by a delivery in full"),
    Coefficient("behaviour.trust.reciprocity_gain", UNIT, "share", "trust gained by a reciprocated concession"),
    Coefficient("behaviour.readiness.m0", ANY, "1", "motivation without pain", "Pruitt 2007"),
    Coefficient("behaviour.readiness.m1", NON_NEGATIVE, "1", "motivation by pain", "Pruitt 2007"),
    Coefficient("behaviour.readiness.o0", ANY, "1", "optimism without trust and progress", "Pruitt 2007"),
    Coefficient("behaviour.readiness.o1", NON_NEGATIVE, "1", "optimism by mean trust", "Pruitt 2007"),
    Coefficient("behaviour.readiness.o2", NON_NEGATIVE, "1", "optimism by progress", "Pruitt 2007"),
    Coefficient("behaviour.readiness.progress_memory", UNIT, "share", "weight of earlier rounds in progress"),
    Coefficient("behaviour.bargaining.width", NON_NEGATIVE, "utility", "softness of acceptance: 0 is sharp"),
    Coefficient("behaviour.bargaining.logroll", NON_NEGATIVE, "1", "how strongly one concedes what others value"),
    Coefficient("behaviour.bargaining.information", UNIT, "share", "knowledge of the others' salience at the start"),
    Coefficient("behaviour.bargaining.audience", NON_NEGATIVE, "1", "cost of conceding in public", "Fearon 1994"),
    Coefficient("behaviour.bargaining.hardening_memory", POSITIVE, "days", "time in which hardening fades"),
    Coefficient("behaviour.mediation.persuasion", UNIT, "share", "how far a mediator's text persuades"),
    Coefficient("behaviour.mediation.leaning_persuasion", NON_NEGATIVE, "1", "persuasion by leaning", "Kydd 2003"),
    Coefficient("behaviour.mediation.leaning_acceptability", NON_NEGATIVE, "1", "venues of a host that leans away"),
    Coefficient("behaviour.mediation.gap_shortening", UNIT, "share", "gaps shortened by full facilitation"),
    Coefficient("behaviour.mediation.information_gain", UNIT, "share", "knowledge of salience gained a round"),
    Coefficient("behaviour.mediation.trust_gain", UNIT, "share", "trust gained by full facilitation a round"),
    Coefficient("behaviour.mediation.estimate_error", NON_NEGATIVE, "scale", "error of a mediator without insight"),
    Coefficient("behaviour.mediation.beside", UNIT, "share", "strength of a mediator beside the table"),
    Coefficient("behaviour.mediation.coordination", UNIT, "share", "lost by each further mediator", "Böhmelt 2011"),
    Coefficient("behaviour.convening.base", ANY, "log-odds", "coming to a round, all else 0"),
    Coefficient("behaviour.convening.readiness", NON_NEGATIVE, "log-odds", "by the party's readiness", "Pruitt 2007"),
    Coefficient("behaviour.convening.acceptability", NON_NEGATIVE, "log-odds", "by the venue's acceptability"),
    Coefficient("behaviour.convening.facilitation", NON_NEGATIVE, "log-odds", "by facilitation"),
    Coefficient("behaviour.convening.pressure", NON_NEGATIVE, "log-odds", "by pressure of sponsors"),
    Coefficient("behaviour.convening.incidents", NON_NEGATIVE, "log-odds", "by recent blamed incidents, against"),
    Coefficient("behaviour.convening.conditions", NON_NEGATIVE, "log-odds", "by an unmet condition, against"),
    Coefficient("behaviour.convening.incident_memory", POSITIVE, "days", "time in which blame fades"),
    Coefficient("behaviour.level.base", ANY, "log-odds", "proposing a higher level, all else 0"),
    Coefficient("behaviour.level.blocked", NON_NEGATIVE, "log-odds", "by baskets without mandate"),
    Coefficient("behaviour.level.push", NON_NEGATIVE, "log-odds", "by facilitation"),
    Coefficient("behaviour.pace.breakoff", NON_NEGATIVE, "a day", "talks break off, all else 0"),
    Coefficient("behaviour.resumption.rate", NON_NEGATIVE, "a day", "return from abeyance, all else 0"),
    Coefficient("behaviour.resumption.readiness", NON_NEGATIVE, "log-rate", "by the least readiness", "Pruitt 2007"),
    Coefficient("behaviour.resumption.facilitation", NON_NEGATIVE, "log-rate", "by facilitation"),
    Coefficient("behaviour.procedural.base", ANY, "log-odds", "agreeing how to go on, all else 0"),
    Coefficient("behaviour.procedural.readiness", NON_NEGATIVE, "log-odds", "by the least readiness"),
    Coefficient("behaviour.procedural.facilitation", NON_NEGATIVE, "log-odds", "by facilitation"),
    Coefficient("behaviour.ratification.width", POSITIVE, "utility", "softness of ratification", "Putnam 1988"),
    Coefficient("behaviour.ratification.amendment", UNIT, "probability", "a refused text comes back amended"),
    Coefficient("behaviour.ratification.amendment_hardening", NON_NEGATIVE, "utility", "hardening by an amendment"),
    Coefficient("behaviour.collapse.hazard", NON_NEGATIVE, "a day", "collapse of a settlement, all else 0"),
    Coefficient("behaviour.collapse.leverage", NON_NEGATIVE, "log-hazard", "by leverage that is gone"),
    Coefficient("behaviour.collapse.margin", NON_NEGATIVE, "log-hazard", "by the least margin, against"),
    Coefficient("behaviour.collapse.balance", NON_NEGATIVE, "log-hazard", "by the change of balance", "Fearon 1995"),
    Coefficient("behaviour.ripeness.learning", NON_NEGATIVE, "1", "optimism unlearned by severity", "Slantchev 2003"),
    Coefficient("behaviour.learning.noise", POSITIVE, "scale", "noise of what offers reveal", "Zeng & Sycara 1998"),
    Coefficient("behaviour.surge.window", NON_NEGATIVE, "days", "length of the surge before a round", "Stedman 1997"),
    Coefficient("behaviour.delivery.enough", UNIT, "share", "share that counts as delivered"),
    Coefficient("behaviour.delivery.severity", UNIT, "severity", "severity of a total shortfall"),
    Coefficient("behaviour.delivery.hardening", NON_NEGATIVE, "utility", "hardening by a shortfall that is blamed"),
)

W: Any = namedtuple("World", [c.name for c in COEFFICIENTS])(*range(len(COEFFICIENTS)))
"""Places of the coefficients in `theta.world`, by name."""

BLOCKS = (
    Block("world", "", tuple((c.path, c.bounds, c.unit, c.meaning) for c in COEFFICIENTS)),
    Block(
        "party",
        "P",
        (
            ("parties.{0}.side", SIGNED, "scale", "which side of the balance of forces the party is on"),
            ("parties.{0}.deadline", POSITIVE, "days", "days of talks over which it would concede all it can"),
            ("parties.{0}.compliance", UNIT, "share", "mean share of an obligation that it meets"),
            ("parties.{0}.optimism", NON_NEGATIVE, "share of cost", "first optimism about the war"),
            ("parties.{0}.concession.k0", UNIT, "share", "first concession"),
            ("parties.{0}.concession.beta", POSITIVE, "1", "shape of the clock: below 1 it concedes late"),
            ("parties.{0}.concession.share", NON_NEGATIVE, "share", "share of received concessions it returns"),
            ("parties.{0}.concession.weight", UNIT, "share", "weight of the clock in the mixed rule"),
            ("parties.{0}.concession.rate", UNIT, "share", "share of the rest that full readiness concedes"),
            ("parties.{0}.concession.step", UNIT, "share", "step of Zeuthen's rule"),
        ),
    ),
    Block(
        "party_issue",
        "PI",
        (
            ("parties.{0}.issues.{1}.demand", UNIT, "scale", "what the party demands"),
            ("parties.{0}.issues.{1}.reservation", UNIT, "scale", "the least it would accept, unless derived"),
            ("parties.{0}.issues.{1}.salience", NON_NEGATIVE, "1", "how much the issue matters to it"),
            ("parties.{0}.issues.{1}.announced", UNIT, "scale", "concession it announced in public"),
            ("parties.{0}.issues.{1}.conceded", UNIT, "scale", "its most conceding documented position"),
            ("parties.{0}.issues.{1}.age", NON_NEGATIVE, "days", "age of that position at the start"),
            ("parties.{0}.issues.{1}.withdrawn", UNIT, "share", "whether that position was withdrawn"),
            ("parties.{0}.issues.{1}.quantile", UNIT, "share", "where in its range the reservation value lies"),
        ),
    ),
    Block(
        "dyad",
        "PP",
        (
            ("parties.{0}.trust.{1}", UNIT, "share", "trust in the other party at the start"),
            ("parties.{0}.trust_baseline.{1}", UNIT, "share", "trust to which it drifts"),
            ("parties.{0}.authority.{1}", UNIT, "share", "perceived authority of the other party to sign"),
        ),
    ),
    Block("exposure", "PB", (("baskets.{1}.exposure.{0}", NON_NEGATIVE, "utility", "loss if only it complies"),)),
    Block("urgency", "B", (("baskets.{0}.urgency.days", POSITIVE, "days", "days until it is fully urgent"),)),
    Block("precedent", "I", (("precedents.{0}.value", UNIT, "scale", "what was settled once"),)),
    Block(
        "mediator",
        "M",
        (
            ("mediators.{0}.styles.facilitation", UNIT, "strength", "facilitation: convening, information, trust"),
            ("mediators.{0}.styles.formulation", UNIT, "probability", "formulation: a text on a basket a round"),
            ("mediators.{0}.styles.manipulation", UNIT, "strength", "manipulation: leverage and guarantee work by it"),
            ("mediators.{0}.insight", UNIT, "share", "knowledge of reservation values"),
            ("mediators.{0}.leverage", UNIT, "utility", "leverage at full manipulation"),
            ("mediators.{0}.guarantee", UNIT, "probability", "guarantee at full manipulation"),
            ("mediators.{0}.departure", NON_NEGATIVE, "a day", "rate at which it leaves"),
        ),
    ),
    Block("leaning", "MP", (("mediators.{0}.leaning.{1}", SIGNED, "strength", "leaning toward a party, or away"),)),
    Block(
        "venue",
        "V",
        (
            ("venues.{0}.insulation", UNIT, "share", "how far incidents do not reach the talks"),
            ("venues.{0}.publicity", UNIT, "share", "how public offers are"),
        ),
    ),
    Block("acceptability", "VP", (("venues.{0}.acceptability.{1}", UNIT, "share", "acceptability to a party"),)),
    Block(
        "lever",
        "K",
        (
            ("sponsors.{0}.threshold", UNIT, "share", "progress from which talks count as moving"),
            ("sponsors.{0}.rate_on", NON_NEGATIVE, "a day", "rate at which a random lever is pulled"),
            ("sponsors.{0}.rate_off", NON_NEGATIVE, "a day", "rate at which a random lever is released"),
            ("sponsors.{0}.balance", ANY, "scale a day", "drift of the balance while pulled"),
        ),
    ),
    Block(
        "lever_party",
        "KP",
        (
            ("sponsors.{0}.relief.{1}", ANY, "cost a day", "relief of a party's cost while pulled"),
            ("sponsors.{0}.pressure.{1}", ANY, "1", "pressure on a party to talk while pulled"),
        ),
    ),
    Block(
        "incident",
        "T",
        (
            ("incidents.{0}.rate", NON_NEGATIVE, "a day", "base rate"),
            ("incidents.{0}.decay", POSITIVE, "a day", "decay of excitation"),
            ("incidents.{0}.surge", NON_NEGATIVE, "1", "rise of the base rate before a planned round"),
            ("incidents.{0}.severity", UNIT, "severity", "severity of one incident"),
            ("incidents.{0}.cost", NON_NEGATIVE, "cost", "cost of one incident to the parties it offends"),
            ("incidents.{0}.hardening", NON_NEGATIVE, "utility", "hardening by one incident that is blamed"),
        ),
    ),
    Block("branching", "TT", (("incidents.{1}.excites.{0}", NON_NEGATIVE, "incidents", "incidents one sets off"),)),
    Block("attribution", "TPP", (("incidents.{0}.attribution.{1}.{2}", UNIT, "share", "blame by an observer"),)),
    Block("due", "O", (("baskets.{0}.due", NON_NEGATIVE, "days", "days from settlement to delivery"),)),
    Block("blame", "OP", (("baskets.{0}.blame.{1}", UNIT, "share", "blame by an observer for a shortfall"),)),
    Block(
        "ratifier",
        "R",
        (
            ("parties.{0}.reach", NON_NEGATIVE, "share", "its reservation value: how far toward the party's"),
            ("parties.{0}.status_quo", ANY, "utility", "utility of no agreement"),
        ),
    ),
)
"""Numbers of a run in the order in which `theta` holds them."""

RUN_COLUMNS = (
    Column("outcome", "code", "code", "", "highest code standing at the end"),
    Column("peak_outcome", "code", "code", "", "highest code reached"),
    Column("days", "count", "float", "days", "length of the run", state="day"),
    Column("rounds_held", "count", "int", "rounds", "planned rounds that were held", state="held"),
    Column("rounds_postponed", "count", "int", "rounds", "planned rounds that were postponed", state="postponed"),
    Column("days_in_abeyance", "count", "float", "days", "days in abeyance", state="abeyance_days"),
    Column("incidents", "count", "int", "incidents", "incidents", state="incident_count"),
    Column("walk_backs", "count", "int", "times", "failed ratifications, amendments and collapses"),
    Column("failed_ratifications", "count", "int", "times", "texts that a ratifier refused", state="refusals"),
    Column("amendments", "count", "int", "times", "texts that came back amended", state="amendments"),
    Column("collapses", "count", "int", "times", "settlements that collapsed", state="collapses"),
    Column("delivered_share", "distance", "float", "share", "mean share of obligations that were met"),
    Column("gap_open", "distance", "float", "scale", "distance between offers on open issues", state="gap"),
    Column("breakoffs", "count", "int", "times", "times at which talks broke off", state="breakoffs"),
    Column("day_of_outcome", "day", "float", "day", "day on which the outcome standing at the end was reached"),
    Column("gap_whole", "distance", "float", "scale", "distance between offers, settled issues 0", state="gap_whole"),
    Column("closed", "distance", "float", "share", "share of the distance of day 0 that is closed", state="closed"),
    Column("latent_closed", "distance", "float", "share", "share closed by offers made now", state="latent_closed"),
    Column("settled_{}", "day", "float", "day", "day of the settlement standing at the end", "baskets"),
    Column("first_settled_{}", "day", "float", "day", "day of the first tentative settlement", "baskets"),
    Column("zone_{}", "share", "bool", "", "whether a zone of agreement existed at the end", "baskets"),
    Column("blocked_{}", "reason", "reason", "", "what stood in the way", "baskets"),
    Column("nash_distance_{}", "distance", "float", "share", "distance from the Nash product", "baskets"),
    Column("pareto_distance_{}", "distance", "float", "utility", "distance from the Pareto frontier", "baskets"),
    Column("gap_{}", "distance", "float", "scale", "distance between offers on the basket", "baskets"),
    Column("surplus_{}", "utility", "float", "utility", "surplus over the floors: the zone if not negative", "baskets"),
    Column("closed_{}", "distance", "float", "share", "share of the basket's distance that is closed", "baskets"),
    Column("utility_{}", "utility", "float", "utility", "utility at the end, open issues counting 0", "parties"),
    Column("terms_{}", "distance", "float", "scale", "terms standing at the end", "issues"),
    Column("first_terms_{}", "distance", "float", "scale", "terms of the first settlement that stood", "issues"),
    Column("closed_d{}", "distance", "float", "share", "share of the distance closed by a day", "measure_days"),
    Column("latent_closed_d{}", "distance", "float", "share", "share closed by offers made then", "measure_days"),
    Column("closed_{}", "distance", "float", "share", "share of a basket's distance closed by a day", "basket_days"),
    Column("near_{}", "distance", "float", "share", "nearness of a settlement", "detail_baskets"),
)
"""Columns of the table of runs after `run`, `assumption` and `fate`, family by family.

An entity of `basket_days` is a basket and a day, such as `ceasefire_d90`. Columns of the axes `detail` and
`detail_baskets` stand in a table under `calendar.measures: all`.
"""

ROUND_COLUMNS = (
    Column("step", "count", "int", "", "number of the planned round"),
    Column("day", "count", "float", "day", "day of the planned round"),
    Column("gap_days", "count", "float", "days", "days since the last planned round"),
    Column("venue", "label", "venue", "", "venue"),
    Column("level", "label", "level", "", "level of the delegations"),
    Column("code", "code", "code", "", "outcome code of the round"),
    Column("texts", "count", "int", "texts", "texts of mediators"),
    Column("documents", "count", "int", "documents", "documents handed over so far"),
    Column("settled", "label", "baskets", "", "baskets settled since the last row"),
    Column("amended", "label", "baskets", "", "baskets amended since the last row"),
    Column("collapsed", "label", "baskets", "", "baskets collapsed since the last row"),
    Column("incidents", "count", "int", "incidents", "incidents since the last row"),
    Column("gap_open", "distance", "float", "scale", "distance between offers on open issues, by salience"),
    Column("gap_whole", "distance", "float", "scale", "distance between offers, settled issues counting 0"),
    Column("closed", "distance", "float", "share", "share of the distance of day 0 that is closed"),
    Column("gap_{}", "distance", "float", "scale", "distance between offers on the basket", "baskets"),
    Column("latent_closed", "distance", "float", "share", "share closed by the offers made now", "detail"),
    Column("expected", "distance", "float", "share", "expected progress of the next meeting", "detail"),
    Column("will", "distance", "float", "log-rate", "least will to talk", "detail"),
    Column("surplus_{}", "utility", "float", "utility", "surplus over the floors", "detail_baskets"),
    Column("near_{}", "distance", "float", "share", "nearness of a settlement", "detail_baskets"),
    Column("in_principle_{}", "share", "bool", "", "present offers would settle it if not barred", "detail_baskets"),
)
"""Columns of the table of rounds after `run`. Those of the axes `detail` and `detail_baskets` as above."""

OFFER_COLUMNS = (
    Column("terms", "distance", "float", "scale", "terms that stand on the issue after the round", "offer_issues"),
    Column("demand", "distance", "float", "scale", "demand of the party", "offer_stakes"),
    Column("offer", "distance", "float", "scale", "its latest offer, before the first its demand", "offer_stakes"),
    Column("reservation", "distance", "float", "scale", "reservation value of the party", "offer_stakes"),
)
"""Columns of the table of offers, on request: in a raw row of a planned round they follow its other columns."""
