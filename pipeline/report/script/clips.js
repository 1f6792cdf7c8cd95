// Films lie in the page as text; each becomes a film when it is first looked at.
const all = (what, where = document) => [...where.querySelectorAll(what)]
const one = (what, where = document) => where.querySelector(what)
const facts = one("main").dataset
const [above, below] = facts.rate.split("/").map(Number)
const rate = above / (below || 1)
const addresses = new Map()

function address(key, type = "video/mp4") {
  if (!addresses.has(key)) {
    const text = document.getElementById(key).textContent
    const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
    addresses.set(key, URL.createObjectURL(new Blob([bytes], { type })))
  }
  return addresses.get(key)
}

function film(key, label) {
  const made = document.createElement("video")
  made.src = address(key)
  made.preload = "auto"
  made.playsInline = true
  made.setAttribute("aria-label", label)
  return made
}

// Some browsers let a film be heard only where somebody has just pressed something: then it is at least seen.
function start(video) {
  video.play().catch((error) => {
    if (error.name !== "NotAllowedError") return
    video.muted = true
    video.play().catch(() => {})
  })
}

const say = (words) => { one("#said").textContent = words }
const until = (video, what) => new Promise((done) => video.addEventListener(what, done, { once: true }))
const clamp = (value, least, most) => Math.min(most, Math.max(least, value))
const near = (value) => Math.round(value * 1e4) / 1e4

function clock(seconds) {
  const whole = Math.floor(seconds * rate + 1e-6), base = Math.round(rate)
  return `${Math.floor(whole / base)}:${String(whole % base).padStart(2, "0")}`
}

// The shape of a screen is that of its film; a stylesheet can't read it from an attribute.
for (const screen of all("[data-wide]")) screen.style.aspectRatio = `${screen.dataset.wide} / ${screen.dataset.high}`

if (facts.cut) {
  const player = film(facts.cut, "The cut")
  player.controls = true
  if (document.getElementById("captions")) {
    const track = document.createElement("track")
    Object.assign(track, { kind: "captions", label: "Captions", src: address("captions", "text/vtt") })
    player.append(track)
  }
  one("#film").append(player)
  one(".film").hidden = false
}
