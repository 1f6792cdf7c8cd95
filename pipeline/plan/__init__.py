"""A checked board becomes a Plan: the jobs that are paid for, the slots where they are used, prices and reasons.

variants       the films of a board                                        Variant
compositions   what each shot says in each of them, and asks of its model  Compositions, Parameters
jobs           what is paid for, and where it is used                      Plan, Job, Slot
rehearsal      the best footage there can be for nothing                   Rehearsal, Order
"""

from pipeline.plan.compositions import Compositions, Parameters, parameters
from pipeline.plan.jobs import FIRST_TAKE, Job, Plan, Slot, State, expand, last_frame, upstream_first
from pipeline.plan.rehearsal import FrameSource, Order, Rehearsal, rehearse
from pipeline.plan.variants import DEVICES, MAIN, Variant, variants

__all__ = [
    "DEVICES", "FIRST_TAKE", "MAIN", "Compositions", "FrameSource", "Job", "Order", "Parameters", "Plan", "Rehearsal",
    "Slot", "State", "Variant", "expand", "last_frame", "parameters", "rehearse", "upstream_first", "variants",
]  # fmt: skip
