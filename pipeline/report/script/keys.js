// The whole page from the keyboard, wherever no text is being written.
const help = one("#keys")
let current = shots[0]

const visible = (shot) => {
  const box = shot.shot.getBoundingClientRect()
  return box.bottom > 80 && box.top < innerHeight - 80
}

function here() {
  const focused = shots.find((shot) => shot.shot.contains(document.activeElement))
  if (focused) current = focused
  else if (!visible(current)) current = shots.find(visible) ?? current
  return current
}

function go(way) {
  const next = shots[clamp(shots.indexOf(here()) + way, 0, shots.length - 1)]
  enter(next)
  next.shot.scrollIntoView({ block: "start", behavior: "smooth" })
  one("h3", next.shot).focus({ preventScroll: true })
}

function enter(shot) {
  current = shot
  shots.forEach((other) => other.shot.classList.toggle("here", other === shot))
}

const usual = {
  " ": () => here().takes.length && here().toggle(),
  ArrowLeft: () => here().takes.length && here().step(-1),
  ArrowRight: () => here().takes.length && here().step(1),
  ArrowUp: () => go(-1),
  ArrowDown: () => go(1),
  j: () => here().takes.length && here().faster(-1),
  k: () => here().takes.length && here().stop(),
  l: () => here().takes.length && here().faster(1),
  c: () => openContext(here(), shownIn(here())),
  n: () => one("textarea", here().shot).focus(),
  "?": () => help.showModal(),
}
const inContext = {
  " ": toggleContext,
  k: toggleContext,
  l: toggleContext,
  ArrowLeft: () => stepContext(-1),
  ArrowRight: () => stepContext(1),
  ArrowUp: () => moveContext(-1),
  ArrowDown: () => moveContext(1),
}

document.addEventListener("keydown", (event) => {
  const at = event.target
  if (event.ctrlKey || event.metaKey || event.altKey || !one("#keys-on").checked || help.open) return
  if (at.closest("textarea, select, input:not([type=range]):not([type=checkbox])")) return
  const native = event.key === " " && at.closest("button, summary, a, input")
  if (native || (event.key.startsWith("Arrow") && at.matches("input, video"))) return
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const number = /^[1-9]$/.test(key) ? Number(key) : 0
  const act = theatre.open ? inContext[key] : usual[key]
  if (number && theatre.open) {
    const take = context.shot.takes.find((each) => each.dataset.take === key)
    if (take) playContext(take)
  } else if (number) circle(here(), number)
  else if (act) act()
  else return
  event.preventDefault()
})
for (const shot of shots) {
  for (const kind of ["focusin", "pointerdown"]) shot.shot.addEventListener(kind, () => enter(shot))
}
one("#show-keys").addEventListener("click", () => help.showModal())
one(".close", help).addEventListener("click", () => help.close())
