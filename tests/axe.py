"""What axe finds wrong with a page for people who use a keyboard, a screen reader or strong contrast."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.needed import Tool, path_of

VERSION = "axe-core@4.14.1"
AXE = Tool("axe-core", "STORYREEL_AXE", f"npm install --prefix DIR {VERSION}, and its node_modules/axe-core/axe.min.js")
# What axe itself is unsure of ("incomplete") is no violation: whether a film has captions that say all of it, say.
_RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']})
  const told = (rule, node) => `${rule.id}: ${rule.help}: ${node.html.slice(0, 160)} (${node.failureSummary})`
  return found.violations.flatMap(rule => rule.nodes.map(node => told(rule, node)))
}"""


def violations(page: Page) -> list[str]:
    """A sentence for each place of the page, as it stands now, that breaks a rule of axe, whatever policy it has."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(path_of(AXE).read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN)
    return found
