/* Panels: a card for each shot, made once and filled again where something of it changed. */

import { arrow, words } from './camera.js'
import { at, make } from './elements.js'
import { problemBox } from './problems.js'

const list = at('panels')
const cards = new Map()

/** Fill the panels that the news names, and put all of them in order. `go` is called with the id that was pressed. */
export function drawPanels(state, news, go) {
  const wrong = byShot(state.problems ?? [])
  for (const [id, panel] of state.panels) {
    const known = cards.get(id)
    const card = known ?? make('li.card', { id: `panel-${id}` })
    cards.set(id, card)
    if (!known || news.panels?.[id]) fill(card, panel, state.size, go, Boolean(known))
    complain(card, wrong.get(id) ?? [])
  }
  if (news.order) {
    for (const id of cards.keys()) if (!state.panels.has(id)) cards.delete(id)
    list.replaceChildren(...[...state.panels.keys()].map((id) => cards.get(id)))
  }
  if (news.size) list.style.setProperty('--ratio', state.size.join(' / '))
}

/** Mark the panel that the playhead is on, and show it where `follow`. */
export function markPanel(id, follow) {
  const before = list.querySelector('[aria-current]')
  const now = cards.get(id)
  if (before === now) return
  before?.removeAttribute('aria-current')
  now?.setAttribute('aria-current', 'true')
  if (follow && now) now.scrollIntoView({ block: 'nearest' })
}

function byShot(problems) {
  const found = new Map()
  for (const problem of problems.filter((each) => each.shot)) {
    found.set(problem.shot, [...(found.get(problem.shot) ?? []), problem])
  }
  return found
}

function fill(card, panel, size, go, flash) {
  const picture = card.querySelector('img.drawn')
  const face = panel.kind === 'shot' ? shotFace(panel, size, picture) : cardFace(panel)
  const button = make('button.face', { type: 'button', onclick: () => go(panel.id) }, face)
  const shown = make('div.shown', {}, button, panel.references?.length ? references(panel.references) : null)
  card.replaceChildren(shown, panel.kind === 'shot' ? shotWords(panel) : cardWords(panel), make('div.wrong'))
  if (flash) {
    card.classList.remove('changed')
    requestAnimationFrame(() => card.classList.add('changed'))
  }
}

function shotFace(panel, size, before) {
  // The picture before stays until the new one is there.
  const failed = (event) => explain(event.target)
  const image = before ?? make('img.drawn', { alt: '', loading: 'lazy', width: size[0], height: size[1], onerror: failed })
  image.alt = `${panel.id}: ${[panel.size_words, words(panel.movement)].filter(Boolean).join(', ') || 'picture'}`
  show(image, panel.picture)
  return image
}

async function show(image, address) {
  if (image.dataset.wanted === address) return
  image.dataset.wanted = address
  if (!image.getAttribute('src')) {
    image.src = address // the browser loads it when it comes near the screen
    image.dataset.shown = address
    return
  }
  const next = new Image()
  next.src = address
  try {
    await next.decode()
  } catch {
    if (image.dataset.wanted === address) explain(image)
    return
  }
  if (image.dataset.wanted !== address) return
  image.src = address
  image.dataset.shown = address
}

/** Say in its place why there is no picture. */
async function explain(image) {
  const address = image.dataset.wanted
  const reply = await fetch(address).catch(() => null)
  if (!reply || reply.ok || image.dataset.wanted !== address) return
  const said = reply.headers.get('content-type')?.startsWith('application/json') ? (await reply.json()).message : await reply.text()
  image.dataset.wanted = ''
  image.closest('.card')?.querySelector('.words')?.append(make('p.undrawn', {}, `No picture: ${said}`))
}

function cardFace(panel) {
  const face = make('span.ground', {}, panel.words || panel.id)
  face.style.background = panel.background
  return [face]
}

function shotWords(panel) {
  return make(
    'div.words',
    {},
    make('h3', {}, panel.id, make('span.soft', {}, seconds(panel)), standing(panel)),
    camera(panel),
    panel.prompt ? make('p.prompt', {}, panel.prompt) : null,
    panel.dialogue.length ? make('div.dialogue', {}, panel.dialogue.map(line)) : null,
    panel.notes ? make('p.soft.small.notes', {}, panel.notes) : null,
  )
}

function camera({ size, size_words: sized, angle, movement, speed, lens, transition }) {
  const move = arrow(movement)
  const said = [angle && `${words(angle)} angle`, [speed === 'normal' ? '' : speed, words(movement)].filter(Boolean).join(' '), lens, transition]
  const all = [size, ...said].some(Boolean)
  return all
    ? make('p.camera', {}, size ? make('abbr.size', { title: sized }, size) : null, move ? make('span.move', {}, move) : null, make('span.soft.small', {}, said.filter(Boolean).join(' · ')))
    : null
}

const references = (all) => make('ul.references', { 'aria-label': 'References' }, all.map(reference))
const seconds = (panel) => `${panel.seconds} s`

function standing(panel) {
  const state = panel.state === 'reuse' ? `take ${panel.take}` : panel.state
  return make(
    'span.standing',
    {},
    panel.price ? make('span.cost', {}, panel.price) : null,
    make(`span.badge.${panel.state}`, { title: panel.reason }, state),
  )
}

function line({ speaker, delivery, line: said, off_screen: off }) {
  const how = [delivery, off ? 'off screen' : ''].filter(Boolean).join(', ')
  return make('p', {}, make('b', {}, speaker), how ? make('i.soft', {}, ` (${how})`) : null, ` “${said}”`)
}

function reference({ kind, file, role, of, picture }) {
  const label = [of, role].filter(Boolean).join(', ') || file
  const name = file.split('/').pop()
  const inside = picture
    ? make('img', { src: picture, alt: label, loading: 'lazy', width: 40, height: 40 })
    : make('span.file', {}, kind === 'image' ? 'frame' : kind)
  return make('li', { title: [label, name].filter(Boolean).join(': ') }, inside, picture ? null : make('span.small.soft', {}, label))
}

function cardWords(panel) {
  return make('div.words', {}, make('h3', {}, panel.id, make('span.soft', {}, panel.kind)), make('p.soft.small', {}, panel.transition))
}

function complain(card, problems) {
  const box = card.querySelector('.wrong')
  const said = JSON.stringify(problems)
  if (box.dataset.said === said) return
  box.dataset.said = said
  box.replaceChildren(...problems.map(problemBox))
  card.classList.toggle('broken', problems.some((problem) => problem.severity === 'error'))
}
