/* The shots of the edit as blocks that are as long as they are, and the playhead over them. */

import { at, make } from './elements.js'
import { isFresh } from './edit.js'
import { timecode } from './frames.js'

const [outer, track, blocks, playhead] = ['timeline', 'track', 'blocks', 'playhead'].map(at)
const SEEN = 16 // pixels of a block, from which on it has a picture
const LEGIBLE = 44 // from which on it has a name
let zoom = 1

/** Draw the shots of a player anew. */
export function drawTimeline(player, state) {
  const pixels = outer.clientWidth * zoom
  const kept = new Map([...blocks.children].map((block) => [block.dataset.shot, block]))
  const now = player.shots.map((shot) => {
    const block = kept.get(shot.id) ?? make('div.block', { 'data-shot': shot.id })
    fill(block, shot, ((shot.end - shot.start) / state.frames) * pixels)
    block.className = `block ${shot.state} ${isFresh(state.cut, shot) ? '' : 'drawing-now'}`
    block.style.left = `${(shot.start / state.frames) * 100}%`
    block.style.width = `${((shot.end - shot.start) / state.frames) * 100}%`
    return block
  })
  if (now.length !== blocks.children.length || now.some((block, index) => blocks.children[index] !== block)) {
    blocks.replaceChildren(...now)
  }
  track.setAttribute('aria-valuemax', Math.max(0, state.frames - 1))
}

function fill(block, shot, pixels) {
  const [seen, legible] = [pixels >= SEEN, pixels >= LEGIBLE]
  const said = `${seen} ${legible} ${shot.picture ?? ''} ${shot.transition}`
  if (block.dataset.said === said) return
  block.dataset.said = said
  const picture = seen && shot.picture ? make('img', { src: shot.picture, alt: '', loading: 'lazy', draggable: 'false' }) : null
  block.replaceChildren(...[picture, legible ? make('span', {}, shot.id) : null].filter(Boolean))
  block.title = [shot.id, shot.transition].filter(Boolean).join(': ')
  block.dataset.joint = shot.transition ? 'yes' : ''
  block.style.background = shot.background ?? ''
}

/** Put the playhead where the player has it. */
export function movePlayhead(player, state) {
  const share = state.frames ? (player.frame + 0.5) / state.frames : 0
  playhead.style.left = `${share * 100}%`
  track.setAttribute('aria-valuenow', player.frame)
  track.setAttribute('aria-valuetext', `${timecode(player.frame, state.rate)}, ${player.shot?.id ?? ''}`)
  const x = share * track.clientWidth
  if (zoom > 1 && (x < outer.scrollLeft || x > outer.scrollLeft + outer.clientWidth)) {
    outer.scrollLeft = x - outer.clientWidth / 4
  }
}

/** Twice as long, or half as long. */
export function stretch(factor, player, state) {
  zoom = Math.max(1, Math.min(zoom * factor, 64))
  track.style.width = `${zoom * 100}%`
  drawTimeline(player, state)
  movePlayhead(player, state)
}

/** Have the playhead follow a pointer that is dragged over the track. */
export function scrub(player, state) {
  const go = (event) => {
    const box = track.getBoundingClientRect()
    player.seek(Math.floor(((event.clientX - box.left) / box.width) * state.frames))
  }
  track.addEventListener('pointerdown', (event) => {
    if (event.button) return
    track.setPointerCapture(event.pointerId)
    const resume = player.speed
    player.pause()
    go(event)
    track.addEventListener('pointermove', go)
    const end = () => {
      track.removeEventListener('pointermove', go)
      if (resume > 0) player.play(resume)
    }
    track.addEventListener('pointerup', end, { once: true })
    track.addEventListener('pointercancel', end, { once: true })
  })
  new ResizeObserver(() => player.shots.length && drawTimeline(player, state)).observe(outer)
}
