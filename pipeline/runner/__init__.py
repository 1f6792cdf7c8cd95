"""Orders become takes: every shot at once as far as the limits allow, those that continue from others after them.

desk         what a run works with and what it tells          Desk, Step
orderly      errors as values; steps taken to their end
uploads      files and frames become addresses
matching     which row of the API's history is a submission that got no answer
sending      an intent, one POST, an id: an attempt under way
refusals     what to do about a refusal, the shot's own inputs named
fetching     a prediction becomes a clip that is kept
run          all of it, each order in its turn                generate
"""

from pipeline.runner.desk import Counter, Desk, State, Step
from pipeline.runner.orderly import mendable
from pipeline.runner.refusals import failure
from pipeline.runner.run import generate

__all__ = ["Counter", "Desk", "State", "Step", "failure", "generate", "mendable"]
