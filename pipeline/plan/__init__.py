"""A checked board becomes a Plan: the jobs that are paid for, the slots where they are used, prices and reasons.

In reading order of the modules:

    compositions   variants, parameters, and what each shot says in each variant
    jobs           requests and their digests, states, prices: the plan
    rehearsal      the footage that costs nothing, and what has to be drawn for it
"""

from pipeline.plan.compositions import MAIN, Compositions, Parameters, Variant, parameters, variants
from pipeline.plan.jobs import FIRST_TAKE, Job, Plan, Slot, State, expand, last_frame, upstream_first
from pipeline.plan.rehearsal import FrameSource, Order, Rehearsal, rehearse

__all__ = [
    "FIRST_TAKE", "MAIN", "Compositions", "FrameSource", "Job", "Order", "Parameters", "Plan", "Rehearsal", "Slot",
    "State", "Variant", "expand", "last_frame", "parameters", "rehearse", "upstream_first", "variants",
]  # fmt: skip
