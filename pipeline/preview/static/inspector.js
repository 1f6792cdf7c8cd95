/* The shot under the playhead, all of it: its takes, its request's words, where it is written. */

import { at, make, say } from './elements.js'

const [section, title, body] = ['inspector', 'inspected', 'inspection'].map(at)
let asked = ''

/** Show a panel; its takes are asked for where it may have some. `circle` is called with the name of a take. */
export async function inspect(panel, circle) {
  section.hidden = !panel || panel.kind !== 'shot'
  if (section.hidden) return
  const key = JSON.stringify(panel)
  if (asked === key) return
  asked = key
  say(title, panel.id)
  const takes = make('div.takes')
  body.replaceChildren(
    make('p', {}, make(`span.badge.${panel.state}`, {}, panel.state), ` ${panel.reason}${panel.continues ? `; continues from ${panel.continues}` : ''}`),
    takes,
    make('details', {}, make('summary', {}, 'The prompt as it is sent'), make('pre.sent', { tabindex: 0 }, panel.text)),
    make('p.soft.small', {}, make('code', {}, panel.where), ` · ${panel.model} · ${panel.seconds} s`),
  )
  const found = await takesOf(panel.id)
  if (asked === key && found.length) {
    takes.replaceChildren(make('h3', {}, 'Takes'), make('div.strip', {}, found.map((take) => card(take, circle))))
  }
}

async function takesOf(shot) {
  try {
    const reply = await fetch(`/takes?${new URLSearchParams({ shot })}`)
    return reply.ok ? (await reply.json()).takes : []
  } catch {
    return []
  }
}

function card({ take, used, answers, here, seconds, price, how, picture, flags, in: begin, out: end }, circle) {
  const points = [begin && `in ${begin} s`, end && `out ${end} s`].filter(Boolean).join(', ')
  const facts = [here ? `${seconds} s` : 'not here', price, how, points, answers ? '' : 'of an older text', ...flags]
  return make(
    'button.take',
    { type: 'button', 'aria-pressed': String(used), onclick: () => circle(take, !answers) },
    picture ? make('img', { src: picture, alt: '', loading: 'lazy' }) : make('span.file', {}, 'no clip'),
    make('span', {}, make('b', {}, `take ${take}`), used ? make('span.badge.circled', {}, 'circled') : null),
    make('span.small', {}, facts.filter(Boolean).join(' · ')),
  )
}
