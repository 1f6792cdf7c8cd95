/* A camera move becomes the arrow that a storyboard has for it. */

import { drawing } from './elements.js'

const LEFT = 'M20 12H4m6-6-6 6 6 6'
const RIGHT = 'M4 12h16m-6-6 6 6-6 6'
const UP = 'M12 20V4m-6 6 6-6 6 6'
const DOWN = 'M12 4v16m-6-6 6 6 6-6'
const IN = 'M3 3l6 6m0-5v5H4M21 3l-6 6m0-5v5h5M3 21l6-6m-5 0h5v5M21 21l-6-6m5 0h-5v5'
const OUT = 'M9 9 3 3m5 0H3v5M15 9l6-6m-5 0h5v5M9 15l-6 6m0-5v5h5M15 15l6 6m0-5v5h-5'
const FRAME = 'M8.5 10h7v4h-7z'
const ARROWS = {
  pan_left: LEFT,
  pan_right: RIGHT,
  tilt_up: UP,
  tilt_down: DOWN,
  dolly_in: IN,
  dolly_out: OUT,
  zoom_in: IN + FRAME,
  zoom_out: OUT + FRAME,
  truck_left: `${LEFT}M20 6v12`,
  truck_right: `${RIGHT}M4 6v12`,
  pedestal_up: `${UP}M6 20h12`,
  pedestal_down: `${DOWN}M6 4h12`,
  crane_up: 'M4 20C6 10 12 6 19 5m-5-3 5.5 3-3 5.5',
  crane_down: 'M4 4c2 10 8 14 15 15m-3-5.500 3.500 5.500-5.500 3',
  orbit_left: 'M20 9c-1-3-5-4-8-4-5 0-9 3-9 7s4 7 9 7m-4-4 4 4-4 4',
  orbit_right: 'M4 9c1-3 5-4 8-4 5 0 9 3 9 7s-4 7-9 7m4-4-4 4 4 4',
  handheld: 'M2 12c2-5 4-5 5 0s3 5 5 0 3-5 5 0 3 5 5 0',
  tracking: 'M3 12h18m-5-5 5 5-5 5M3 7v10M8 9v6',
  whip_pan: 'M3 7h8M2 12h18m-6-6 6 6-6 6M3 17h8',
  rack_focus: 'M9 6a6 6 0 1 0 0 12A6 6 0 1 0 9 6M15 6a6 6 0 0 1 0 12',
}

/** The arrow of a movement; null where the camera stands. */
export const arrow = (movement) => (ARROWS[movement] ? drawing(ARROWS[movement]) : null)

/** A code of the storyboard as words. */
export const words = (code) => code.replaceAll('_', ' ')
