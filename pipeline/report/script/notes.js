// What a reader says: circles and comments, saved as film.review.yaml and read back from it.
const review = new Map(shots.map((shot) => [shot.name, { circle: 0, comments: [] }]))
let dirty = false

function circle(shot, name) {
  const take = all(".take", shot.shot).find((each) => each.dataset.take === String(name))
  if (!take || !one(".circle", take)) return say(`${shot.name} has no take ${name}`)
  const own = review.get(shot.name)
  own.circle = own.circle === name ? 0 : name
  changed(shot)
  say(own.circle ? `take ${name} of ${shot.name} is circled` : `no take of ${shot.name} is circled`)
}

function changed(shot, unsaved = true) {
  dirty = unsaved
  const own = review.get(shot.name)
  for (const take of all(".take", shot.shot)) {
    const is = own.circle > 0 && take.dataset.take === String(own.circle)
    take.classList.toggle("circled", is)
    one(".circle", take)?.setAttribute("aria-pressed", String(is))
  }
  one(".said", shot.shot).replaceChildren(...own.comments.map((comment) => line(shot, comment)))
  const comments = [...review.values()].reduce((sum, each) => sum + each.comments.length, 0)
  const circles = [...review.values()].filter((each) => each.circle).length
  const counted = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`
  one("#count").textContent = comments || circles ? `${counted(comments, "comment")}, ${counted(circles, "circle")}` : "No comments yet"
}

function line(shot, comment) {
  const item = document.createElement("li"), text = document.createElement("p"), remove = document.createElement("button")
  const about = comment.take ? `take ${comment.take}` : "shot"
  const where = document.createElement(comment.at === undefined ? "span" : "button")
  where.className = comment.at === undefined ? "soft small" : "bare"
  where.textContent = comment.at === undefined ? about : `${about} at ${Number(comment.at).toFixed(2)} s`
  if (comment.at !== undefined) {
    where.type = "button"
    where.addEventListener("click", () => shot.takes.length && shot.seek(comment.at))
  }
  text.textContent = comment.text
  text.dir = "auto"
  remove.type = "button"
  remove.className = "bare"
  remove.textContent = "Remove"
  remove.setAttribute("aria-label", `Remove the comment "${comment.text.slice(0, 40)}"`)
  remove.addEventListener("click", () => {
    const own = review.get(shot.name)
    own.comments.splice(own.comments.indexOf(comment), 1)
    changed(shot)
    one("textarea", shot.shot).focus()
    say("comment removed")
  })
  item.append(where, text, remove)
  return item
}

function comment(shot) {
  const box = one("textarea", shot.shot), about = one("select", shot.shot), when = one("[type=checkbox]", shot.shot)
  const text = box.value.trim()
  if (!text) return box.focus()
  const said = {}
  if (about.value) said.take = Number(about.value)
  if (when.checked && shot.takes.length) said.at = near(shot.at)
  said.text = text
  review.get(shot.name).comments.push(said)
  box.value = ""
  changed(shot)
  say("comment added")
}

// YAML, each value as JSON has it. JSON is YAML but for what no text file should hold.
const json = (value) => JSON.stringify(clean(value)).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
const clean = (value) => {
  if (typeof value === "string") return (value.toWellFormed ? value.toWellFormed() : value).replace(/[\u0000-\u0008\u000b-\u001f]/g, " ")
  return value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, clean(each)])) : value
}

function written() {
  const own = `${facts.storyboard}.review.yaml`
  const lines = [`# storyreel take ${facts.file || `${facts.storyboard}.yaml`} --from ${own}`.replace(/[^\x20-\uffff]/g, " "), "format: 1", `storyboard: ${json(facts.storyboard)}`]
  if (facts.variant) lines.push(`variant: ${json(facts.variant)}`)
  const name = one("#reviewer").value.trim()
  if (name) lines.push(`reviewer: ${json(name)}`)
  const said = [...review].filter(([, each]) => each.circle || each.comments.length)
  lines.push(said.length ? "shots:" : "shots: []")
  for (const [shot, each] of said) {
    lines.push(`  - shot: ${json(shot)}`)
    if (each.circle) {
      lines.push(`    circle: ${each.circle}`)
      const request = one(`.take[data-take="${each.circle}"]`, shots.find((one) => one.name === shot).shot).dataset.request
      if (request) lines.push(`    request: ${json(request)}`)
    }
    if (each.comments.length) lines.push("    comments:", ...each.comments.map((one) => `      - ${json(one)}`))
  }
  return lines.join("\n") + "\n"
}

function save() {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([written()], { type: "application/yaml" }))
  link.download = `${facts.storyboard}.review.yaml`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  dirty = false
  say(`saved as ${link.download}`)
}

// Reads what `written` wrote; other YAML than that it leaves to the command line.
function parsed(text) {
  const found = { shots: [] }
  let shot = null
  for (const each of text.split(/\r?\n/)) {
    let match
    if (!each.trim() || each.startsWith("#") || each === "shots:" || each === "shots: []" || each === "    comments:") continue
    if ((match = /^ {6}- (\{.*\})$/.exec(each)) && shot) shot.comments.push(JSON.parse(match[1]))
    else if ((match = /^ {2}- shot: (.*)$/.exec(each))) found.shots.push((shot = { shot: JSON.parse(match[1]), comments: [] }))
    else if ((match = /^ {4}(\w+): (.*)$/.exec(each)) && shot) shot[match[1]] = JSON.parse(match[2])
    else if ((match = /^(\w+): (.*)$/.exec(each))) found[match[1]] = JSON.parse(match[2])
    else throw new SyntaxError(`this page can't read the line "${each.slice(0, 60)}"`)
  }
  return found
}

function load(text) {
  const found = parsed(text)
  if (found.format !== 1) throw new SyntaxError("this is no review")
  if (found.storyboard !== facts.storyboard) throw new SyntaxError(`it is a review of ${found.storyboard}`)
  const strangers = found.shots.filter((each) => !review.has(each.shot)).map((each) => each.shot)
  for (const each of found.shots) {
    const own = review.get(each.shot), shot = shots.find((one) => one.name === each.shot)
    if (!own) continue
    const known = own.comments.map((said) => JSON.stringify(said))
    own.comments.push(...each.comments.filter((said) => typeof said.text === "string" && !known.includes(JSON.stringify(said))))
    const take = one(`.take[data-take="${Number(each.circle)}"]`, shot.shot)
    const other = each.request && take?.dataset.request && each.request !== take.dataset.request
    if (take && one(".circle", take) && !other) own.circle = Number(each.circle)
    else if (each.circle) strangers.push(`take ${each.circle} of ${each.shot}`)
    changed(shot)
  }
  if (typeof found.reviewer === "string" && !one("#reviewer").value) one("#reviewer").value = found.reviewer
  say(strangers.length ? `loaded, but for what is another one here: ${strangers.join(", ")}` : "review loaded")
}

for (const shot of shots) {
  one(".comments", shot.shot).hidden = false
  one("form", shot.shot).addEventListener("submit", (event) => { event.preventDefault(); comment(shot) })
  one("textarea", shot.shot).addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) comment(shot)
  })
  for (const button of all(".circle", shot.shot)) {
    button.addEventListener("click", () => circle(shot, Number(button.closest(".take").dataset.take)))
  }
}
one(".bar").hidden = false
one("#save").addEventListener("click", save)
one("#load").addEventListener("click", () => one("#file").click())
one("#file").addEventListener("change", async (event) => {
  const [file] = event.target.files
  event.target.value = ""
  try { load(await file.text()) } catch (error) { one("#count").textContent = `Not loaded: ${error.message}`; say(`not loaded: ${error.message}`) }
})
addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault() })
