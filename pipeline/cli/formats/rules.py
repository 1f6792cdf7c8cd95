"""What each code of a problem stands for, in a sentence, for those who sort problems by code."""

from __future__ import annotations

from pipeline.check.rules import RULES

_ABOUT = {
    **{rule.code: rule.summary for rule in RULES},
    "alias": "An alias names an anchor that is not there, or stands inside itself.",
    "choice": "A value is none of those that may stand here.",
    "circle": "Shots continue from each other in a circle.",
    "control-character": "An invisible control character stands in the text.",
    "documents": "A file holds more than one YAML document.",
    "dialogue": "A line of dialogue lacks its quotes.",
    "duplicate-file": "A file is included twice.",
    "duplicate-id": "Two shots have the same id.",
    "duplicate-key": "A key stands twice in one place.",
    "duplicate-name": "Two things share a name by which prompts mention them.",
    "duplicate-value": "A variable of the matrix has the same value twice.",
    "duration": "A shot is shorter or longer than its model makes.",
    "empty": "Something is left empty that has to say something.",
    "encoding": "The file is not UTF-8 text.",
    "file": "A file that the storyboard names is missing, unreadable, or outside of the project.",
    "file-kind": "A file is of another kind than the field that names it.",
    "file-limit": "A file is larger, smaller, longer or shorter than the model takes.",
    "key": "A key of a mapping is missing or is no plain text.",
    "length": "A length of time or a frame rate can't be read.",
    "merge-key": "YAML's merge key is not read.",
    "missing-key": "A field is missing that has to be there.",
    "model-limit": "A shot asks for what its model does not make or take.",
    "name": "A name holds characters that names can't have.",
    "no-shots": "A variant shows no shot.",
    "no-variants": "Every variant is excluded.",
    "number": "A number is written in a way that can't be read.",
    "pattern": "A value is not written as it should be.",
    "points": "The in and out points of a shot do not fit its length.",
    "raw": "Something stands beside a raw prompt that changes nothing.",
    "range": "A number is too small or too large.",
    "reserved-name": "A name is kept for something else.",
    "set-up": "A storyboard is missing or can't be read.",
    "several": "Several shots in one generation say what only one of them, or only all of them, can.",
    "shape": "Fields are put together in a way that has no meaning.",
    "split": "The times at which a take is divided do not fit its shots.",
    "table": "A table of values can't be read.",
    "tag": "YAML's tags are not read.",
    "template": "A template can't be read or filled in.",
    "too-deep": "The file is nested too deeply.",
    "too-large": "The file is too large.",
    "too-long": "A text is too long.",
    "too-many": "There is more of something than is read.",
    "transition": "A transition does not fit the shots that it joins.",
    "type": "A value is of another type than the field takes.",
    "undefined-name": "A template uses a name that is not defined.",
    "unknown-character": "A mention names a character that is not in the storyboard.",
    "unknown-location": "A shot plays in a location that is not in the storyboard.",
    "unknown-rule": "A rule is switched off that does not exist.",
    "unknown-value": "A variable of the variants never has the value that is named.",
    "unknown-variable": "Something is chosen by a variable that the variants do not have.",
    "unknown-key": "There is no such field.",
    "unknown-model": "There is no such model.",
    "unknown-shot": "A shot is named that is not in the storyboard.",
    "yaml": "The file is not readable as YAML.",
}


def about(code: str) -> str:
    """The sentence for a code; for one that has none yet, the code in words."""
    return _ABOUT.get(code, code.replace("-", " ").capitalize() + ".")
