// A take where it belongs: the end of the shot before, the take, the start of the shot after, as in the cut.
const AROUND_S = 2
const theatre = one("#context")
const context = { pieces: [], number: 0, take: null, at: 0, token: 0 }

const shownIn = (shot) => shot && (one(".take[data-used]", shot.shot) ?? one(".take[data-clip]", shot.shot))

// What is played, one after another: a film, from when to when, and what it is called.
function piecesOf(shot, take) {
  const index = shots.indexOf(shot), before = shots[index - 1], after = shots[index + 1]
  const begin = Number(shot.shot.dataset.begin), end = Number(shot.shot.dataset.end)
  const called = `${shot.name}, ${one("h4", take).textContent.toLowerCase()}`
  const its = { key: take.dataset.clip, from: Number(take.dataset.in), to: Number(take.dataset.out), called, own: true }
  if (facts.cut) {
    const length = Number(facts.length)
    const head = { key: facts.cut, from: Math.max(0, begin - AROUND_S), to: begin, called: before ? `before: ${before.name}` : "before" }
    const tail = { key: facts.cut, from: end, to: Math.min(length, end + AROUND_S), called: after ? `after: ${after.name}` : "after" }
    const own = "used" in take.dataset ? { ...its, key: facts.cut, from: begin, to: end } : its
    return [head, own, tail].filter((piece) => piece.to - piece.from > 0.5 / rate)
  }
  const [old, next] = [shownIn(before), shownIn(after)]
  const head = old?.dataset.clip && { key: old.dataset.clip, from: Math.max(Number(old.dataset.in), old.dataset.out - AROUND_S), to: Number(old.dataset.out), called: `before: ${before.name}` }
  const tail = next?.dataset.clip && { key: next.dataset.clip, from: Number(next.dataset.in), to: Math.min(Number(next.dataset.out), Number(next.dataset.in) + AROUND_S), called: `after: ${after.name}` }
  return [head, its, tail].filter(Boolean)
}

function openContext(shot, take) {
  if (!take?.dataset.clip) return say("There is no film of it in this page.")
  shots.forEach((other) => other.stop())
  one("#film video")?.pause()
  context.shot = shot
  if (!theatre.open) theatre.showModal()
  choices(shot)
  playContext(take)
}

function choices(shot) {
  const buttons = shot.takes.map((take) => {
    const button = document.createElement("button")
    button.type = "button"
    button.textContent = one("h4", take).textContent
    button.take = take
    button.addEventListener("click", () => playContext(take))
    return button
  })
  one(".choices", theatre).replaceChildren(...(buttons.length > 1 ? buttons : []))
  const index = shots.indexOf(shot)
  one(".before", theatre).disabled = index === 0
  one(".after", theatre).disabled = index === shots.length - 1
}

function playContext(take) {
  leave()
  context.take = take
  all(".choices button", theatre).forEach((button) => button.setAttribute("aria-pressed", String(button.take === take)))
  const screen = one(".screen", theatre), reel = one("#film")
  screen.style.aspectRatio = `${reel.dataset.wide} / ${reel.dataset.high}`
  context.pieces = piecesOf(context.shot, take).map((piece) => {
    const made = film(piece.key, piece.called)
    made.currentTime = piece.from
    made.hidden = true
    screen.append(made)
    const bar = document.createElement("i")
    bar.style.flexGrow = piece.to - piece.from
    return { ...piece, film: made, bar }
  })
  one(".pieces", theatre).replaceChildren(...context.pieces.map((piece) => piece.bar))
  run(0)
}

function leave() {
  context.token += 1
  context.pieces.forEach((piece) => { piece.film.pause(); piece.film.remove() })
  context.pieces = []
}

function run(number) {
  const piece = context.pieces[number]
  context.number = number
  const token = (context.token += 1)
  if (!piece) return rest()
  context.pieces.forEach((other, index) => { other.film.hidden = index !== number; if (index !== number) other.film.pause() })
  one("#context-now").textContent = piece.called
  one(".play", theatre).textContent = "Stop"
  start(piece.film)
  const watch = () => {
    if (token !== context.token) return
    const done = piece.film.currentTime - piece.from
    piece.bar.style.setProperty("--done", `${clamp((done / (piece.to - piece.from)) * 100, 0, 100)}%`)
    if (piece.film.ended || piece.film.currentTime >= piece.to - 0.4 / rate) {
      piece.film.pause()
      return run(number + 1)
    }
    if (!piece.film.paused) requestAnimationFrame(watch)
  }
  requestAnimationFrame(watch)
}

function rest() {
  one(".play", theatre).textContent = "Play again"
  one("#context-now").textContent = ""
  const last = context.pieces.at(-1)
  if (last) last.film.hidden = false
}

function toggleContext() {
  const piece = context.pieces[context.number]
  if (!piece) return playContext(context.take)
  if (piece.film.paused) return run(context.number)
  context.token += 1
  piece.film.pause()
  one(".play", theatre).textContent = "Play"
}

function stepContext(frames) {
  const piece = context.pieces[Math.min(context.number, context.pieces.length - 1)]
  if (!piece) return
  if (!piece.film.paused) toggleContext()
  piece.film.currentTime = clamp(piece.film.currentTime + frames / rate, piece.from, piece.to)
}

function moveContext(way) {
  const next = shots[shots.indexOf(context.shot) + way]
  if (next && shownIn(next)?.dataset.clip) openContext(next, shownIn(next))
}

one(".play", theatre).addEventListener("click", toggleContext)
one(".before", theatre).addEventListener("click", () => moveContext(-1))
one(".after", theatre).addEventListener("click", () => moveContext(1))
one(".close", theatre).addEventListener("click", () => theatre.close())
theatre.addEventListener("close", leave)
for (const shot of shots) {
  for (const button of all(".context", shot.shot)) {
    button.addEventListener("click", () => openContext(shot, button.closest(".take")))
  }
}
