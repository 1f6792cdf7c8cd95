"""Orders become takes: every shot at once as far as the limits allow, those that continue from others after them.

steps        what happens to an order                         Step, and a class for each kind of it
telling      each step told once
orderly      errors as values; steps taken to their end
counter      the line before the gate                         Counter
desk         what a run works with                            Desk
uploads      files and frames become addresses
matching     which row of the API's history is a submission that got no answer
sending      an intent, one POST, an id: an attempt under way
refusals     what to do about a refusal, the shot's own inputs named
fetching     a prediction becomes a clip that is kept
run          all of it, each order in its turn                generate
"""

from pipeline.runner.counter import Counter
from pipeline.runner.desk import Desk
from pipeline.runner.orderly import mendable
from pipeline.runner.refusals import failure
from pipeline.runner.run import generate
from pipeline.runner.steps import (
    Accepted,
    Failed,
    Fetching,
    HeldBack,
    Kept,
    Making,
    Sending,
    State,
    Step,
    Waiting,
)

__all__ = [
    "Accepted", "Counter", "Desk", "Failed", "Fetching", "HeldBack", "Kept", "Making", "Sending", "State", "Step",
    "Waiting", "failure", "generate", "mendable",
]  # fmt: skip
