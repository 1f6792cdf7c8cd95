"""A checked board becomes a Plan: the jobs that are paid for, the slots where they are used, prices and reasons.

variants       the films of a board, and what they are called              Variants, Variant
parameters     what each entry asks of its model                           Parameters
compositions   what each entry says in each of them                        Compositions, Composition
links          who continues from whom
jobs           what is paid for: requests, digests, prices                 Job
standing       what the store and the lock hold of a job
expansion      all of them, and where each is used                         Plan, Slot
spread         which texts make many jobs out of few                       Multiplied
groups         what each entry comes to, and why there are several of it   Group
rehearsal      the best footage there can be for nothing                   Rehearsal, Order
purchase       what is bought and fetched                                  Purchase
uses           which take each shot uses, for the lock
"""

from pipeline.plan.compositions import Composition, Compositions
from pipeline.plan.expansion import Plan, Slot, expand
from pipeline.plan.groups import Group, groups
from pipeline.plan.jobs import FIRST_TAKE, Facts, Job, last_frame, speaks
from pipeline.plan.links import needed, targets, upstream_first
from pipeline.plan.naming import DEVICES
from pipeline.plan.parameters import Parameters, begins_with_a_frame, parameters, points
from pipeline.plan.purchase import PAID_FOR, Purchase, purchase
from pipeline.plan.rehearsal import FrameSource, Order, Rehearsal, rehearse
from pipeline.plan.spread import Multiplied, multiplied
from pipeline.plan.standing import State
from pipeline.plan.uses import uses
from pipeline.plan.variants import MAIN, Variant, Variants, key_of, sample, unknown

__all__ = [
    "DEVICES", "FIRST_TAKE", "MAIN", "PAID_FOR", "Composition", "Compositions", "Facts", "FrameSource", "Group", "Job",
    "Multiplied", "Order", "Parameters", "Plan", "Purchase", "Rehearsal", "Slot", "State", "Variant", "Variants",
    "begins_with_a_frame", "expand", "groups", "key_of", "last_frame", "multiplied", "needed", "parameters", "points",
    "purchase", "rehearse", "sample", "speaks", "targets", "unknown", "upstream_first", "uses",
]  # fmt: skip
