"""The one generation client: requests go to an endpoint of the WaveSpeed v3 protocol, predictions and clips come back.

In reading order of the modules:

    endpoint    where requests go, and which addresses it may send us on to
    pace        how long to wait: pure schedules
    verdict     what a reply means: a prediction, a refusal, or no answer
    reach       which addresses we go to when a reply names them, and how
    transfer    files become pieces to send, and the other way round
    connection  bytes to a host and from it, within a time limit
    transport   requests and replies of httpx over such connections (it and the next three alone import httpx)
    network     what httpx is told, and what its errors mean
    exchange    questions on the wire, with the key
    carriage    files on the wire, without it
    quota       how many repetitions are still a help
    asking      what may be repeated, and when that is given up
    waiting     a prediction is asked for until it has ended
    account     prices, balance, catalogue, history and bills
    session     the client: what is sent once, what is asked again, and how long it waits
"""

from pipeline.client.endpoint import Endpoint
from pipeline.client.pace import Pace, Patience
from pipeline.client.session import Client

__all__ = ["Client", "Endpoint", "Pace", "Patience"]
