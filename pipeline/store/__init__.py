"""Jobs' intents, predictions and clips enter; takes leave that are whole, paid for once and never written again.

places      where everything lies                      Address
files       whole files under final names
locks       one writer at a time                       Busy
records     JSON files, checked                        Intent, AttemptState, Bill
reading     how far a take has come, without a lock
room, home  one take's folder under its lock           Home, Attempt
looks       what checks said of a take             Look
uploads     what the API has of our files              Uploads
spending    every attempt with its money               Spent
purse       what may be spent                          Purse
rates, gate who may submit now, over all processes     Gate, Limits, Wish
takes       all of it                                  Store
"""

from pipeline.store.gate import Gate, Wish
from pipeline.store.home import Attempt, Home
from pipeline.store.lockfile import LockFile
from pipeline.store.locks import Busy
from pipeline.store.looks import Look, Looks
from pipeline.store.places import previs_home, take_home
from pipeline.store.purse import Purse
from pipeline.store.rates import Limits
from pipeline.store.records import AttemptState, Bill, Intent
from pipeline.store.spending import Spent
from pipeline.store.takes import Store
from pipeline.store.uploads import Uploads

__all__ = [
    "Attempt",
    "AttemptState",
    "Bill",
    "Busy",
    "Gate",
    "Home",
    "Intent",
    "Limits",
    "LockFile",
    "Look",
    "Looks",
    "Purse",
    "Spent",
    "Store",
    "Uploads",
    "Wish",
    "previs_home",
    "take_home",
]  # fmt: skip
