"""A checked board becomes a Plan: the jobs that are paid for, the slots where they are used, prices and reasons.

variants       the films of a board, and what they are called              Variants, Variant
parameters     what each entry asks of its model                           Parameters
chosen         which take the lock has for a shot and a request           Chosen
compositions   what each entry says in each of them                        Compositions, Composition
links          who continues from whom
jobs           what is paid for: requests, digests, prices                 Job
standing       what the store and the lock hold of a job
plan           all of them, and where each is used                         Plan, Slot
expansion      how that is made of compositions
spread         which texts make many jobs out of few                       Multiplied
groups         what each entry comes to, and why there are several of it   Group
soundtracks    the sound files of each variant                            Soundtracks
dividing       where the shots of a take begin, whose cuts were found      Divided
rehearsal      the best footage there can be for nothing                   Rehearsal, Order
purchase       what is bought and fetched                                  Purchase
sources        what a job is made from, in marks that the lock keeps
words          what differs between two texts                              Words
changes        what exactly moved a stale job, or one of another plan      Change, Cause, Asked
takes          every take of a shot, as people name them                   TakeRow
uses           which take each shot uses, for the lock
"""

from pipeline.plan.changes import Asked, Cause, Change, asked, by_cause, causes, changes, reason
from pipeline.plan.chosen import Chosen
from pipeline.plan.compositions import Composition, Compositions
from pipeline.plan.dividing import Divided, divided, split_flags
from pipeline.plan.expansion import expand
from pipeline.plan.groups import Group, groups
from pipeline.plan.jobs import FIRST_TAKE, Facts, Job, last_frame, speaks
from pipeline.plan.links import needed, targets, upstream_first
from pipeline.plan.naming import DEVICES
from pipeline.plan.parameters import Parameters, begins_with_a_frame, parameters, points
from pipeline.plan.plan import Plan, Slot
from pipeline.plan.purchase import EVERYTHING, PAID_FOR, Purchase, Wish, purchase
from pipeline.plan.rehearsal import FrameSource, Order, Rehearsal, rehearse
from pipeline.plan.soundtracks import Soundtrack, Soundtracks
from pipeline.plan.sources import sources
from pipeline.plan.spread import Multiplied, multiplied
from pipeline.plan.standing import State
from pipeline.plan.takes import TakeRow, digests_of, takes_of
from pipeline.plan.uses import uses
from pipeline.plan.variants import MAIN, Variant, Variants, key_of, sample, unknown
from pipeline.plan.words import Words, word_diff

__all__ = [
    "DEVICES", "EVERYTHING", "FIRST_TAKE", "MAIN", "PAID_FOR", "Asked", "Cause", "Change", "Chosen", "Composition",
    "Compositions", "Divided", "Facts", "FrameSource", "Group", "Job", "Multiplied", "Order", "Parameters", "Plan",
    "Purchase", "Rehearsal", "Slot", "Soundtrack", "Soundtracks", "State", "TakeRow", "Variant", "Variants", "Wish",
    "Words", "asked", "begins_with_a_frame", "by_cause", "causes", "changes", "digests_of", "divided", "expand",
    "groups", "key_of", "last_frame", "multiplied", "needed", "parameters", "points", "purchase", "reason",
    "rehearse", "sample", "sources", "speaks", "split_flags", "takes_of", "targets", "unknown", "upstream_first",
    "uses", "word_diff",
]  # fmt: skip
