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
sounding     what a variant says of its sound, as the edit is asked for it
rendering    `render`: the best film there is for nothing; it can't spend
offering     what `shoot` would buy, at which price, and who may say yes
endpoints    where it is bought
quoting      what the API would charge for it at this moment
dividing     cuts inside the takes that are divided at them
flagging     what was noticed in the takes that are used
choosing     `take`: the takes of a shot, and which is used
applying     `take --from`: those that a review circles
writing      takes land, and the lock says so
sharing      `sync`: takes go to the team's store and come from it
billing      what the API's bills say of it afterwards
buying       the takes of an offer are bought, each once
shooting     `shoot`: what is missing is bought, then all is rendered; the only one that can spend
events       what is told meanwhile
following    `follow`: the same verbs in an asynchronous world, with their events
states       a storyboard at one moment, in the working tree or in git
pointed      references of which git LFS has only a pointer here
comparing    `diff`: what differs between two states
stills       single frames of footage, drawn alone
reels        what each shot of a state shows
showing      the shots of a film with all their takes, for a page
proxies      small copies of films, in the room there is
script       what its shots say to people
exporting    `export`: files for other hands
veiling      what a previs writes over its picture, which not everybody should read
reporting    `report`: the page
picturing    frames of both states, side by side
accounts     `status` and `settle`: what is open, what was spent, what an attempt came to
"""

from pipeline.produce.accounts import Account, Row, settle, status
from pipeline.produce.applying import Applied, Circled, apply_review
from pipeline.produce.choosing import Choice, Chosen, Takes, choose, takes
from pipeline.produce.comparing import Compared, compare, comparing
from pipeline.produce.events import Copying, Cutting, Event, FinishedCut, Tell
from pipeline.produce.exporting import Exported, export
from pipeline.produce.flagging import Flagged, flagged
from pipeline.produce.following import Run, follow
from pipeline.produce.offering import Offer
from pipeline.produce.picturing import Posters, posters
from pipeline.produce.reading import Film, Source, Written, check, check_lock, plan, written
from pipeline.produce.rendering import Rendered, assembled, render
from pipeline.produce.reporting import Reader, Reported, report
from pipeline.produce.saving import Agreement, agreement, save
from pipeline.produce.sharing import Synced, exchanged
from pipeline.produce.shooting import Left, Shooting, offered, shoot, shoot_saved
from pipeline.produce.states import State
from pipeline.runner import Accepted, Failed, Fetching, HeldBack, Kept, Making, Sending, Step, Waiting
from pipeline.sync import Moving

__all__ = [
    "Accepted", "Account", "Agreement", "Applied", "Choice", "Chosen", "Circled", "Compared", "Copying", "Cutting",
    "Event", "Exported", "Failed", "Fetching", "Film", "FinishedCut", "Flagged", "HeldBack", "Kept", "Left", "Making",
    "Moving", "Offer", "Posters", "Reader", "Rendered", "Reported", "Row", "Run", "Sending", "Shooting", "Source",
    "State", "Step", "Synced", "Takes", "Tell", "Waiting", "Written", "agreement", "apply_review", "assembled",
    "check", "check_lock", "choose", "compare", "comparing", "exchanged", "export", "flagged", "follow", "offered",
    "plan", "posters", "render", "report", "save", "settle", "shoot", "shoot_saved", "status", "takes", "written",
]  # fmt: skip
