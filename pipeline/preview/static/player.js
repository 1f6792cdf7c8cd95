/* A playhead over the edit. What it is on is shown by the cut, or by the shot's own clip until there is a newer cut. */

import { frameOf, isFresh, shotAt, shotsOf, sourceAt } from './edit.js'
import { frameAt } from './frames.js'
import { Layers } from './layers.js'

const FASTEST = 8

/** The player. `changed` is called whenever the playhead, the shot, the speed or what is shown is another. */
export class Player {
  constructor({ videos, still, plate }, state, changed) {
    this.state = state
    this.still = still
    this.plate = plate
    this.changed = changed
    this.layers = new Layers(videos, (what) => this.#shown(what))
    this.shots = []
    this.frame = 0
    this.speed = 0 // 0 stands; 2 is twice as fast, -1 backwards
    this.loop = false
    this.url = ''
  }

  get shot() {
    return this.shots.length ? shotAt(this.shots, this.frame) : null
  }

  /** The edit is another one: the playhead stays on its shot, at its place in it. */
  edited() {
    const before = this.shot
    this.shots = shotsOf(this.state)
    if (!this.shots.length) return
    const now = before && this.shots.find((shot) => shot.id === before.id)
    if (now) this.frame = Math.min(now.start + this.frame - before.start, Math.max(now.start, now.end - 1))
    this.seek(this.frame, true)
    this.layers.forget((url) => url === this.state.cut?.url || this.shots.some((shot) => shot.clip === url))
  }

  /** Go to a frame of the edit. */
  seek(frame, again = false) {
    if (!this.shots.length) return
    this.frame = Math.max(0, Math.min(Math.round(frame), this.state.frames - 1))
    const { shot } = this
    const source = sourceAt(this.state, shot, this.frame)
    if (again && source && source.url === this.url && this.speed > 0) return this.changed()
    this.#show(shot, source, again && this.speed > 0)
    this.changed()
  }

  step(frames) {
    this.pause()
    this.seek(this.frame + frames)
  }

  /** To the beginning of another shot; back first to that of this one, as long as the playhead is well inside it. */
  skip(shots) {
    const { shot } = this
    if (!shot) return
    const inside = shots < 0 && this.frame - shot.start > 6 ? 1 : 0
    const next = this.shots[Math.max(0, Math.min(shot.index + shots + inside, this.shots.length - 1))]
    this.seek(next.start)
  }

  toggle() {
    if (this.speed) this.pause()
    else this.play(1)
  }

  play(speed) {
    if (!this.shots.length) return
    if (speed > 0 && this.frame >= this.state.frames - 1) this.seek(0)
    this.speed = speed
    if (speed > 0) {
      this.layers.play(speed)
      this.#follow()
    } else {
      this.layers.pause()
      this.#rewind(performance.now(), this.frame)
    }
    this.changed()
  }

  pause() {
    this.speed = 0
    this.layers.pause()
    this.changed()
  }

  /** Faster in a direction: 1 on, -1 back. */
  shuttle(direction) {
    const faster = Math.sign(this.speed) === direction ? this.speed * 2 : direction
    this.play(Math.max(-FASTEST, Math.min(faster, FASTEST)))
  }

  #show(shot, source, playing = false) {
    if (!playing) this.layers.pause()
    this.url = source?.url ?? ''
    const card = !source
    this.plate.hidden = !card
    if (card) {
      this.layers.none()
      this.#picture(null)
      this.plate.textContent = shot.words || shot.id
      this.plate.style.background = shot.background ?? ''
      return
    }
    const other = !this.layers.active || this.layers.active.url !== source.url
    // Until the film is there its picture is, which was drawn first.
    if (other && !isFresh(this.state.cut, shot)) this.#picture(shot)
    const fail = () => this.url === source.url && this.#picture(shot)
    this.layers.show(source.url, source.seconds, { then: () => this.#there(shot), fail, speed: playing ? this.speed : 0 })
  }

  #there(shot) {
    this.#picture(null)
    if (this.speed > 0) {
      this.layers.play(this.speed)
      this.#follow()
    }
    this.changed(shot)
  }

  #picture(shot) {
    this.still.hidden = !shot?.picture
    if (shot?.picture && this.still.getAttribute('src') !== shot.picture) this.still.src = shot.picture
  }

  #shown(what) {
    if (what === 'ended' && this.speed > 0) this.#next()
  }

  /** While it plays the film is the clock. */
  #follow() {
    const { active } = this.layers
    if (this.speed <= 0 || !active || this.following === active) return
    this.following = active
    const look = () => {
      if (this.speed <= 0 || this.layers.active !== active) {
        if (this.following === active) this.following = null
        return
      }
      if (!this.layers.wanted) this.#advance(active)
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }

  #advance({ video, url }) {
    const { state, shots, shot } = this
    const rate = url === state.cut?.url ? state.cut.rate : state.rate
    const frame = frameOf(state, shots, url, frameAt(video.currentTime, rate), shot)
    if (frame === null || (this.loop && frame >= shot.end) || (url === shot.clip && frame >= shot.end)) return this.#next()
    if (frame === this.frame) return
    this.frame = Math.max(0, Math.min(frame, state.frames - 1))
    // The cut runs into a shot that it shows as it was: from here on the clip of that shot is played.
    const source = sourceAt(state, this.shot, this.frame)
    if (source?.url !== url) this.#show(this.shot, source)
    this.changed()
  }

  #next() {
    const { shot } = this
    if (this.loop) this.seek(shot.start)
    else if (shot.index + 1 < this.shots.length) this.seek(shot.end)
    else {
      this.seek(this.state.frames - 1)
      this.pause()
    }
  }

  #rewind(since, from) {
    const speed = this.speed
    const [number, per] = this.state.rate
    const look = (now) => {
      if (this.speed !== speed) return
      const frame = from + Math.round((((now - since) / 1000) * number * speed) / per)
      if (frame !== this.frame) this.seek(frame)
      if (frame <= 0) this.pause()
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }
}
