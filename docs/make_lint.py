"""`python docs/make_lint.py`: writes docs/lint.md out of the rules' own words. A test holds the page against them."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from pipeline.check.rules import MODULES

PAGE = Path(__file__).with_name("lint.md")
HEAD = """\
# Warnings

What `storyreel check` warns of works, and is probably not meant. Each rule has a code. To be spared of one, name it in
the storyboard:

```yaml
lint: {off: [camera-conflict]}
```

or write `# lint: off camera-conflict` at the end of the line that it is found in; of a text of several lines behind its
`>` or `|`, or after its closing quote, since inside it the comment would go to the model. Warnings never stop a plan or
a render; `storyreel check --strict` counts them as errors. Each rule below is a module of
[`pipeline/check/rules`](../pipeline/check/rules); its first board is one that it warns of, and its second is mended.

"""


def made() -> str:
    """The page."""
    contents = "\n".join(f"- [{module.CODE}](#{module.CODE}): {module.RULE.summary}" for module in MODULES)
    pages = (f"## {module.CODE}\n\n{inspect.getdoc(module)}" for module in MODULES)
    return HEAD + contents + "\n\n" + "\n\n".join(pages) + "\n"


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
