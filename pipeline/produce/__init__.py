"""The whole walk, from a storyboard to a film. Read this folder first; it is the Python interface, too.

film.yaml  -> storyboard.parse   Storyboard     what the author wrote, with the place of every value
           -> media.inspect      MediaFacts     what the files that it names really are
           -> check.check        Checked        everything wrong with it, all at once
           -> store.view, lock   StoreView      which takes there are, and which are used
           -> plan.expand        Plan           jobs, slots, prices and reasons
           -> plan.purchase      Purchase       the takes that cost money
           -> plan.rehearse      Rehearsal      the footage that costs nothing
           -> runner.generate    takes          each clip made once and kept
           -> edit.assemble      Cut            one variant's edit in whole frames
           -> render.render      cut.mp4

reading      `check` and `plan`: the first half; nothing is made
rendering    `render`: the best film there is for nothing; it can't spend
offering     what `shoot` would buy, at which price, and who may say yes
endpoints    where it is bought
quoting      what the API would charge for it at this moment
writing      takes land, and the lock says so
sharing      `sync`: takes go to the team's store and come from it
billing      what the API's bills say of it afterwards
buying       the takes of an offer are bought, each once
shooting     `shoot`: what is missing is bought, then all is rendered; the only one that can spend
accounts     `status` and `settle`: what is open, what was spent, what an attempt came to
"""

from pipeline.produce.accounts import Account, Row, settle, status
from pipeline.produce.offering import Offer
from pipeline.produce.reading import Film, check, check_lock, plan
from pipeline.produce.rendering import Cutting, FinishedCut, Rendered, assembled, render
from pipeline.produce.sharing import Synced, exchanged
from pipeline.produce.shooting import Left, Shooting, quote, shoot

__all__ = [
    "Account", "Cutting", "Film", "FinishedCut", "Left", "Offer", "Rendered", "Row", "Shooting", "Synced", "assembled",
    "check", "check_lock", "exchanged", "plan", "quote", "render", "settle", "shoot", "status",
]  # fmt: skip
