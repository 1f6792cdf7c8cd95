"""Jobs' intents, predictions and clips enter; takes leave that are whole, paid for once and never written again."""

from pipeline.store.home import Attempt, Home
from pipeline.store.locks import Busy
from pipeline.store.places import previs_home, take_home
from pipeline.store.records import AttemptState, Intent
from pipeline.store.takes import Store

__all__ = ["Attempt", "AttemptState", "Busy", "Home", "Intent", "Store", "previs_home", "take_home"]
