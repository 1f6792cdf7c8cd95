"""Kept takes of a project's store and the team's remote enter; each ends where it was lacking, verified by its digest.

layout       what a take is called at a remote, and its take.json      Spot, Shared
remotes      what a remote can do, whatever it is                      Remote, RemoteError, Unreachable
folder       a shared folder
bucket       S3, GCS and Azure; it alone loads obstore
crowd        several transfers at once, until one finds that nobody answers
pushing      a kept take goes to the remote
fetching     a take that a lock names comes from it
team         what an exchange works with, and what it tells            Team, Moving, Exchange
exchange     all of that for many takes
"""

from pipeline.sync.exchange import Named, fetch, lacked, looked_at, push, team_of
from pipeline.sync.layout import Spot
from pipeline.sync.pushing import Pusher
from pipeline.sync.remotes import Remote, RemoteError, Unreachable
from pipeline.sync.team import Exchange, Failed, Moved, Moving, Team

__all__ = [
    "Exchange", "Failed", "Moved", "Moving", "Named", "Pusher", "Remote", "RemoteError", "Spot", "Team", "Unreachable",
    "fetch", "lacked", "looked_at", "push", "team_of",
]  # fmt: skip
