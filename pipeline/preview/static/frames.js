/* Frames, seconds and timecodes, as pipeline/frames.py has them: [numerator, denominator] is a rate. */

/** Seconds at the middle of a frame, so that no rounding shows its neighbour. */
export const secondsOf = (frame, [number, per]) => ((frame + 0.5) * per) / number

/** The frame that is on screen then. A frame's own time may be rounded down: hence the small addition. */
export const frameAt = (seconds, [number, per]) => Math.floor((seconds * number) / per + 1e-3)

/** Non-drop HH:MM:SS:FF. */
export function timecode(frame, [number, per]) {
  const base = Math.round(number / per)
  const total = Math.floor(frame / base)
  const two = (value) => String(value).padStart(2, '0')
  return [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60, frame % base].map(two).join(':')
}

/** Frames a second as people say them. */
export const rateWords = ([number, per]) => `${+(number / per).toFixed(3)} fps`

/** The ratio of a size as people say it: 16:9, or 2.33:1 where no small numbers make it. */
export function ratioWords([width, height]) {
  const known = [[16, 9], [9, 16], [4, 3], [3, 4], [1, 1], [21, 9], [3, 2], [2, 3], [5, 4], [4, 5]]
  const near = known.find(([x, y]) => Math.abs((width * y) / (height * x) - 1) < 0.02)
  return near ? near.join(':') : `${(width / height).toFixed(2)}:1`
}
