"""All the tools, with what a language model is told of each: what it does, what it costs, and what to do next."""

from __future__ import annotations

from pipeline.cli.tools import buying, free, making
from pipeline.cli.tools.tool import Tool, always, flag, text, texts, words

ABOUT = """\
storyreel turns a storyboard in YAML into a film. Shots become clips that a paid API generates; each is bought once \
and kept, and only what changed is bought again.
The way: `check` until nothing is wrong; `plan` for what would be bought, why, and at which price; `render` for a \
rehearsal of the whole film, for nothing; then tell the user the price and ask; `shoot` with the amount that they \
allow; `takes` and `take` to choose among what came back; `render` again.
Only `shoot` spends money, and only with max_cost_usd or a saved plan. Never call it with an amount that the user \
did not name or agree to. Everything else is free. `prompt` shows what one shot would ask of the model, `models` \
what models there are, `status` what is open or uncertain and what was spent.
Paths are relative to the folder that the server was started for, and may not leave it. Prices and amounts are US \
dollars, as text. An error is JSON with message, hint and exit_code: follow the hint. Where a hint names a command of \
the command line, the tool of that name does the same."""

_FILE = text("Path of a storyboard (YAML), relative to the server's folder, such as film.yaml.")
_SHOT = text("The id of a shot, such as sh010.")
_VARIANT = "Name of a variant, where the storyboard has some."
_VARIANTS = texts("Only the variants of these names; default: all.")
_WISHES = {
    "only": texts("Only the shots of these ids; default: every shot that misses its take."),
    "again": flag("With only: one more take of what these shots have already."),
    "missing_only": flag("Leave shots that have changed with the takes they have; buy only those without any."),
    "regenerate_absent": flag("Buy takes anew that were paid for and whose clips are gone, instead of fetching them."),
}
_SECONDS = {"type": ["number", "string"]}
_POINT = "seconds from the start of the take, such as 1.5, or auto: where the storyboard says."

TOOLS = (
    Tool(
        "check",
        "Check storyboards",
        "Find everything that is wrong with storyboards, all at once, each problem with its line, column and how "
        "to mend it. Free, and changes nothing. Call it after every edit of a storyboard. A list of problems is a "
        "result, not an error: mend what has severity error, then call it again; with none left, call plan.",
        words(("files",), files=texts("Paths of storyboards, relative to the server's folder.", least=1)),
        "check",
        free.check,
    ),
    Tool(
        "plan",
        "Plan and price a film",
        "Show what shoot would make, use and pay for: each shot's state (reuse, generate, stale, held, open, "
        "absent, uncertain, refused), the reason for it, its price, what changed since its take was made, and the "
        "totals against the budget. Free: nothing is bought. The price of everything is totals.cost_usd; with "
        "only, again, missing_only or regenerate_absent, the text after the JSON says what exactly those arguments"
        " would buy. With quote the API is asked for its prices of this moment, which takes a key and is free, "
        "too. With save_as the plan becomes a file that shoot takes instead of an amount, and that buys just this "
        "and no dearer. Next: tell the user the price and the reasons, or call render for a free rehearsal.",
        words(
            ("file",),
            file=_FILE,
            variant=text(f"{_VARIANT} The shots of this one, one by one; default: all variants."),
            **_WISHES,
            quote=flag("Ask the paid API for its prices of this moment."),
            save_as=text("Save the plan under this path, which ends in .json. Only an older saved plan is replaced."),
        ),
        "plan",
        free.plan,
        reads_only=False,
        reaches_out=True,
        alone=lambda said: said.text("save_as") is not None,
    ),
    Tool(
        "prompt",
        "Show one request",
        "Show the request of one shot exactly as it would be sent to the paid API: the composed prompt, "
        "references, length, size, and its price. Free, sends nothing and changes nothing. Use it to see what a "
        "shot's words come to.",
        words(("file", "shot"), file=_FILE, shot=_SHOT, variant=text(f"{_VARIANT} Default: the first.")),
        "prompt",
        free.prompt,
    ),
    Tool(
        "takes",
        "List the takes of a shot",
        "List the takes of one shot that were paid for: which is used and by which variant, its clip, length, "
        "price, points, and flags of what looks odd about it. Free, and changes nothing. Next: take, to use "
        "another one.",
        words(("file", "shot"), file=_FILE, shot=_SHOT),
        "take",
        free.takes,
    ),
    Tool(
        "take",
        "Choose a take",
        "Choose which take of a shot the film uses, or where the shot begins and ends in it. Free: it is written "
        "into the lock file beside the storyboard, in place of the choice before; the takes themselves stay, so it"
        " can be chosen otherwise again. The answer's chosen.stale and chosen.cost_usd tell which other shots "
        "continue from this one and would now be bought again. Next: render.",
        words(
            ("file", "shot"),
            file=_FILE,
            shot=_SHOT,
            circle={
                "type": "integer",
                "minimum": 1,
                "description": "Use the take of this number, as `takes` names it.",
            },
            keep=flag("Use it though the shot has changed since: for its text as it is now."),
            hold=flag("Use it whatever the shot becomes: changes buy nothing."),
            release=flag("No longer hold it."),
            in_={**_SECONDS, "description": f"Where the shot begins: {_POINT}"},
            out={**_SECONDS, "description": f"Where the shot ends: {_POINT}"},
            variant=text(f"{_VARIANT} Only there; default: every variant that it fits."),
        ),
        "take",
        making.take,
        reads_only=False,
        destroys=True,
        alone=always,
    ),
    Tool(
        "status",
        "Show what is open and what was spent",
        "Show what of a storyboard is open, uncertain, absent, refused or held, and what all of it has cost. Free,"
        " asks nobody, changes nothing. rows is empty where nothing needs looking after. What is open or uncertain"
        " the next shoot looks for by itself; only where that says so call settle.",
        words(("file",), file=_FILE),
        "status",
        free.status,
    ),
    Tool(
        "settle",
        "Settle an attempt",
        "Write down what an open or uncertain attempt came to. Free itself, but an attempt that is given up "
        "(abandon) may be bought again by the next shoot, which pays twice where it was charged after all: ask the"
        " user, who can look into the history of their API account, before you call this. It can't be taken back. "
        "The answer is that of status.",
        words(
            ("file", "what"),
            file=_FILE,
            what=text("The id of a shot, or the beginning of the digest that status shows."),
            adopt=text("The API's id of its generation: it exists, and is fetched instead of bought."),
            abandon=flag("It came to nothing: the next shoot may buy it again."),
        ),
        "status",
        making.settle,
        reads_only=False,
        destroys=True,
        repeats=False,
        alone=always,
    ),
    Tool(
        "render",
        "Make the cut for nothing",
        "Make the best cut there is for nothing: takes that were paid for where there are some, and a labelled "
        "animatic (previs) everywhere else. It never spends and asks nobody. The film is cuts[].file in the "
        "answer. It may take minutes, with progress. It looks at takes that nobody has looked at yet, and for that"
        " runs the checks of takes that the storyboard or storyreel.yaml name, if any.",
        words(("file",), file=_FILE, variants=_VARIANTS),
        "render",
        making.render,
        reads_only=False,
        alone=always,
    ),
    Tool(
        "shoot",
        "Buy what is missing (spends money)",
        "SPENDS REAL MONEY: buy the takes that are missing from the paid API, each once, then make the cut. It "
        "buys only with max_cost_usd, or with a saved plan as file. Ask the user first, and pass the amount that "
        "they allow, no more. Where all that is missing costs more than the amount, or than a budget of the "
        "storyboard, the project or STORYREEL_MAX_COST, nothing is bought. Without an amount it buys nothing and "
        "says the price. What has its take is never bought again, so calling it once more is safe (not so with "
        "again, which asks for one more take each time). It takes minutes, with progress; a call that is cancelled"
        " comes to an orderly end, and the next one goes on from there. The answer has spent_usd, billed_usd, and "
        "for each take that failed the reason. Next: tell the user what was spent; takes and take to choose; "
        "status where something is open or uncertain.",
        words(
            ("file",),
            file=text("Path of a storyboard, or of a plan that plan saved (.json), relative to the server's folder."),
            max_cost_usd={
                "type": ["string", "number"],
                "exclusiveMinimum": 0,
                "description": "The most that this call may cost in US dollars, such as 5.00, as the user allowed it. "
                "There is no default.",
            },
            variants=_VARIANTS,
            **_WISHES,
        ),
        "shoot",
        buying.shoot,
        reads_only=False,
        destroys=True,
        repeats=False,
        reaches_out=True,
        alone=always,
    ),
    Tool(
        "models",
        "List the models",
        "List the models that a storyboard may name, those of the project too: lengths, shapes, references, prices"
        " with their date. Free, asks nobody, changes nothing.",
        words((), model=text("The id of one model; default: all.")),
        "models",
        free.models,
    ),
)
