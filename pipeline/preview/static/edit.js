/* The edit as the storyboard has it now, and for each frame of it what there is to be shown: the cut, or a clip. */

import { secondsOf } from './frames.js'

/** The shots of the state in the order of the cut, each with the frame on which the next one begins. */
export function shotsOf(state) {
  const shots = [...state.panels.values()].filter(Boolean)
  return shots.map((shot, index) => ({ ...shot, index, end: shots[index + 1]?.start ?? state.frames }))
}

/** The shot on screen at a frame; where two overlap the later one. */
export function shotAt(shots, frame) {
  let [low, high] = [0, shots.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (shots[middle].start <= frame) low = middle
    else high = middle - 1
  }
  return shots[low]
}

/** Whether the cut shows a shot as the storyboard has it now. */
export function isFresh(cut, shot) {
  const there = cut?.shots[shot.id]
  return Boolean(there) && there[0] === (shot.key ?? '') && there[2] === shot.length && there[3] === shot.first
}

/** What is shown at a frame: the address of a film and the second in it; null where there is no film of it yet. */
export function sourceAt(state, shot, frame) {
  const { cut, rate } = state
  if (isFresh(cut, shot)) return { url: cut.url, seconds: secondsOf(cut.shots[shot.id][1] + frame - shot.start, cut.rate) }
  if (shot.clip) return { url: shot.clip, seconds: secondsOf(shot.first + frame - shot.start, rate) }
  return null
}

/** The frame of the edit that a film shows at a frame of its own; null where the edit has no such shot any more. */
export function frameOf(state, shots, url, own, shot) {
  if (url === shot.clip) return shot.start + own - shot.first
  const found = Object.entries(state.cut?.shots ?? {}).filter(([, there]) => there[1] <= own).pop()
  const now = found && shots.find((each) => each.id === found[0])
  return now ? now.start + own - found[1][1] : null
}
