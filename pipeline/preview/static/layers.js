/* Three video elements take turns: what is asked for is shown once its frame is there, so nothing ever goes black. */

const LAG = 0.1 // seconds that a film may be behind the one that it takes over from

/** Layers of video. `changed` is called when another one is on screen, or the one that is has shown another frame. */
export class Layers {
  constructor(elements, changed) {
    this.layers = elements.map((video) => ({ video, url: '', used: 0, busy: false, at: 0 }))
    this.changed = changed
    this.active = null
    this.turn = 0
    this.muted = false
    for (const layer of this.layers) {
      layer.video.addEventListener('seeked', () => this.#seeked(layer))
      layer.video.addEventListener('loadeddata', () => this.#seeked(layer))
      layer.video.addEventListener('ended', () => layer === this.active && this.changed('ended'))
      layer.video.addEventListener('error', () => this.#failed(layer))
    }
  }

  /**
   * Show the frame of a film at that second; `then` is called once it is on screen, `fail` where it can't be. With a
   * `speed` the film on screen plays on meanwhile, and the other one takes over as far into it.
   */
  show(url, seconds, { then = () => {}, fail = () => {}, speed = 0 }) {
    const layer = this.#layer(url)
    layer.used = ++this.turn
    this.wanted = { layer, seconds, then, fail, speed, since: performance.now(), from: seconds, tries: 0 }
    if (layer.url !== url) {
      layer.url = url
      layer.busy = false // whatever it sought in the film before
      layer.video.src = url
    }
    this.#seek(layer)
  }

  /** Show none of them. */
  none() {
    this.pause()
    this.wanted = null
    this.#activate(null)
  }

  play(rate) {
    const video = this.active?.video
    if (!video || (this.wanted && !this.wanted.speed)) return // what is wanted plays once it is there
    video.playbackRate = rate
    video.preservesPitch = true
    video.play().catch(() => {}) // it was paused meanwhile, or the browser wants to be asked first
  }

  pause() {
    this.active?.video.pause()
  }

  mute(muted) {
    this.muted = muted
    for (const { video } of this.layers) video.muted = muted || video !== this.active?.video
  }

  /** Forget films that no `keep` is true of, but for the one on screen: their files are gone. */
  forget(keep) {
    for (const layer of this.layers) {
      if (layer === this.active || layer === this.wanted?.layer || !layer.url || keep(layer.url)) continue
      layer.url = ''
      layer.video.removeAttribute('src')
      layer.video.load()
    }
  }

  #layer(url) {
    const same = this.layers.find((layer) => layer.url === url)
    if (same) return same
    const free = this.layers.filter((layer) => layer !== this.active)
    return free.reduce((oldest, layer) => (layer.used < oldest.used ? layer : oldest))
  }

  #seek(layer) {
    // One seek at a time: while the playhead is dragged the newest place is sought when the last one is found.
    if (layer.busy || layer.video.readyState < 1) return
    layer.busy = true
    layer.at = this.wanted.seconds
    layer.video.currentTime = layer.at
  }

  #seeked(layer) {
    const { wanted } = this
    const { video } = layer
    if (layer.busy && !video.seeking) layer.busy = false
    if (!wanted || wanted.layer !== layer || video.seeking) return
    if (layer.at !== wanted.seconds || Math.abs(video.currentTime - wanted.seconds) > 0.001) {
      const beyond = wanted.seconds > video.duration
      if (!beyond || layer.at !== wanted.seconds) return this.#seek(layer)
    }
    if (video.readyState < 2) return
    const now = wanted.from + (wanted.speed * (performance.now() - wanted.since)) / 1000
    if (now - wanted.seconds > LAG && wanted.tries++ < 3) {
      wanted.seconds = now + LAG / 2
      return this.#seek(layer)
    }
    this.wanted = null
    this.#activate(layer)
    wanted.then()
    this.changed('frame')
  }

  #activate(layer) {
    if (layer === this.active) return
    const before = this.active
    this.active = layer
    for (const each of this.layers) each.video.classList.toggle('shown', each === layer)
    before?.video.pause()
    this.mute(this.muted)
  }

  #failed(layer) {
    const { wanted } = this
    layer.busy = false
    layer.url = ''
    if (wanted?.layer !== layer) return
    this.wanted = null
    wanted.fail()
  }
}
