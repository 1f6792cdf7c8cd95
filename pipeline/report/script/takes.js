// All takes of a shot, side by side and in sync: one control, one scrubber.
const LATE_S = 0.06 // a film that is further off than this is brought back into step

class Takes {
  constructor(shot) {
    this.shot = shot
    this.name = shot.dataset.shot
    this.takes = all(".take[data-clip]", shot)
    this.slider = one("input[type=range]", shot)
    this.output = one(".transport output", shot)
    this.button = one(".transport .play", shot)
    this.speed = 0
    this.at = 0
    if (!this.takes.length) return
    this.length = Math.max(...this.takes.map((take) => Number(take.dataset.length)))
    this.slider.max = this.length
    const used = this.takes.find((take) => "used" in take.dataset) ?? this.takes[0]
    this.begin = Number(used.dataset.in)
    this.end = Number(used.dataset.out)
    const span = one(".span", shot)
    span.style.insetInlineStart = `${(this.begin / this.length) * 100}%`
    span.style.width = `${((this.end - this.begin) / this.length) * 100}%`
    this.button.addEventListener("click", () => this.toggle())
    one(".transport .back", shot).addEventListener("click", () => this.step(-1))
    one(".transport .on", shot).addEventListener("click", () => this.step(1))
    this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)))
    for (const button of all(".sound", shot)) button.addEventListener("click", () => this.hear(button.closest(".take")))
    this.heard = used
    this.show(this.begin)
  }

  // The films, put in the place of their stills.
  films() {
    return (this._films ??= this.takes.map((take) => {
      const made = film(take.dataset.clip, take.getAttribute("aria-label"))
      made.muted = take !== this.heard
      one(".screen", take).append(made)
      one(".screen img", take)?.setAttribute("aria-hidden", "true") // it lies behind the film now
      return made
    }))
  }

  call(word) {
    this.button.textContent = word
    this.button.setAttribute("aria-label", `${word} all takes, ${this.name}`)
  }

  hear(take) {
    this.heard = take
    all(".sound", this.shot).forEach((button) => button.setAttribute("aria-pressed", String(take.contains(button))))
    this._films?.forEach((made, index) => { made.muted = this.takes[index] !== take })
  }

  show(at) {
    this.at = at
    if (document.activeElement !== this.slider || Math.abs(this.slider.value - at) > 1e-3) this.slider.value = at
    this.output.textContent = `${at.toFixed(2)} s, frame ${Math.floor(at * rate + 1e-6)}`
    this.slider.setAttribute("aria-valuetext", `${at.toFixed(2)} seconds of ${this.length.toFixed(2)}`)
  }

  seek(at) {
    this.stop()
    this.place(clamp(at, 0, this.length))
  }

  place(at) {
    // The middle of a frame: at its very edge a browser may show the one before.
    const middle = (Math.floor(at * rate + 1e-6) + 0.5) / rate
    this.films().forEach((made, index) => {
      const length = Number(this.takes[index].dataset.length)
      made.currentTime = Math.min(middle, Math.max(0, length - 0.5 / rate))
    })
    this.show(at)
  }

  step(frames) {
    this.seek((Math.round(this.at * rate) + frames) / rate)
  }

  toggle() {
    this.speed ? this.stop() : this.play(1)
  }

  stop() {
    if (!this.speed) return
    this.speed = 0
    this.films().forEach((made) => made.pause())
    this.call("Play")
  }

  play(speed) {
    for (const other of shots) if (other !== this) other.stop()
    one("#film video")?.pause()
    if (speed > 0 && this.at >= this.length - 1.5 / rate) this.place(this.begin)
    const fresh = !this._films
    this.speed = speed
    this.call("Stop")
    this.films().forEach((made) => {
      if (fresh) made.currentTime = this.at
      made.playbackRate = Math.max(speed, 0.25)
      if (speed > 0 && this.at < made.duration - 1e-3 || !made.duration) start(made)
      else made.pause()
    })
    this.last = performance.now()
    requestAnimationFrame(() => this.tick())
  }

  tick() {
    if (!this.speed) return
    const now = performance.now(), passed = ((now - this.last) / 1000) * this.speed
    this.last = now
    if (this.speed < 0) return this.rewind(this.at + passed)
    const going = this.films().filter((made) => !made.ended && !made.paused && made.readyState > 2)
    const lead = going.find((made) => !made.muted) ?? going[0]
    if (lead) this.show(lead.currentTime)
    for (const made of going) {
      if (made !== lead && Math.abs(made.currentTime - lead.currentTime) > LATE_S * this.speed) made.currentTime = lead.currentTime
    }
    if (this.films().every((made) => made.ended)) return this.ended()
    requestAnimationFrame(() => this.tick())
  }

  ended() {
    this.stop()
    this.show(this.length)
  }

  // Browsers play no film backward: it is sought through.
  rewind(at) {
    this.place(Math.max(0, at))
    if (at <= 0) return this.stop()
    Promise.all(this.films().map((made) => (made.seeking ? until(made, "seeked") : null)))
      .then(() => requestAnimationFrame(() => this.tick()))
  }

  faster(way) {
    const same = Math.sign(this.speed) === way
    const speed = same ? clamp(this.speed * 2, -4, 4) : way
    this.stop()
    this.play(speed)
  }
}

const shots = all(".shot").map((shot) => new Takes(shot))
