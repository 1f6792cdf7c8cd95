/* The only thing that a page can change: which take of a shot is used, and where the shot begins and ends in it. */

import { at } from './elements.js'

const toast = at('toast')
let hide = 0

/** Say something for a moment. */
export function tell(text, bad = false) {
  toast.textContent = text
  toast.classList.add('shown')
  toast.classList.toggle('bad', bad)
  clearTimeout(hide)
  hide = setTimeout(() => toast.classList.remove('shown'), bad ? 7000 : 3000)
}

/** Choose; what came of it is told. */
export async function choose(choice) {
  try {
    const reply = await fetch('/choose', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(choice),
    })
    const said = reply.headers.get('content-type')?.startsWith('application/json') ? await reply.json() : { message: await reply.text() }
    if (reply.ok) tell(said.told)
    else tell([said.message, said.hint].filter(Boolean).join(': '), true)
    return reply.ok
  } catch {
    tell('the preview has ended: nothing was chosen', true)
    return false
  }
}

/** Set the point `in` or `out` of the shot under the playhead, or give it back to the storyboard. */
export function setPoint(player, state, side, back) {
  const { shot } = player
  if (shot?.kind !== 'shot') return
  const [number, per] = state.rate
  // An out point is where the frame ends that is still seen.
  const frame = shot.first + player.frame - shot.start + (side === 'out' ? 1 : 0)
  const seconds = String(+((frame * per) / number).toFixed(3))
  if (!shot.take) {
    tell(`${shot.id} has no take yet; in the storyboard (${shot.where}) this point is  ${side}: ${seconds}`, true)
    return
  }
  choose({ shot: shot.id, [side]: back ? 'auto' : seconds })
}
