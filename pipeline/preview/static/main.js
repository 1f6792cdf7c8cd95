/* The page: news comes in, what it is about is drawn; keys and buttons move the playhead. */

import { choose, setPoint, tell } from './acting.js'
import { at, drawing, make, say } from './elements.js'
import { connect } from './events.js'
import { ratioWords, rateWords, timecode } from './frames.js'
import { inspect } from './inspector.js'
import { listenToKeys } from './keys.js'
import { drawPanels, markPanel } from './panels.js'
import { Player } from './player.js'
import { drawProblems } from './problems.js'
import { listen, state } from './state.js'
import { drawTimeline, movePlayhead, scrub, stretch } from './timeline.js'

const PLAY = 'M7 4v16l13-8z'
const PAUSE = 'M7 4h3v16H7zM14 4h3v16h-3z'
const LIVE = { live: 'live', waiting: 'connecting', ended: 'this preview has ended: start it again' }

// The token is in the cookie now; it need not stand in the address, where somebody may read or copy it.
history.replaceState(null, '', location.pathname + location.hash)

const screen = at('screen')
const player = new Player({ videos: [...screen.querySelectorAll('video')], still: at('still'), plate: at('plate') }, state, moved)
globalThis.storyreel = { state, player }

listen((news) => {
  drawBoard(news)
  if (!state.panels.size) return drawProblems(state)
  if (news.panels || news.order || news.frames || news.cut || news.size || news.rate) {
    player.edited()
    drawTimeline(player, state)
  }
  drawPanels(state, news, (id) => goTo(id))
  drawProblems(state)
  moved()
})

function drawBoard(news) {
  if (news.title) {
    document.title = `${state.title} – storyreel preview`
    say(at('title'), state.title)
  }
  if (news.file) say(at('file'), `${state.file} · `)
  if (news.variants || news.variant) drawVariants()
  if (news.size || news.rate) {
    say(at('shape'), `${ratioWords(state.size)} · ${state.size.join(' × ')} · ${rateWords(state.rate)}`)
    screen.style.setProperty('--ratio', state.size.join(' / '))
    screen.style.setProperty('--wide', state.size[0] / state.size[1])
  }
  if (news.price) drawPrice(state.price)
  if (news.shoot) say(at('shoot'), state.shoot)
  if ('work' in news || 'cut' in news) drawWork()
}

function drawVariants() {
  const select = at('variant')
  select.replaceChildren(...state.variants.map((name) => make('option', { value: name, selected: name === state.variant }, name)))
  for (const element of [select, at('variant-label')]) element.hidden = state.variants.length < 2
}

function drawPrice({ usd, about, takes, seconds, unpriced, budget, over }) {
  say(at('usd'), `${about ? 'about ' : ''}${usd}`)
  const more = unpriced ? `, ${unpriced} without a known price` : ''
  const limit = budget ? ` · ${over ? 'over' : 'within'} the budget of ${budget}` : ''
  say(at('buys'), takes ? `to shoot ${takes} ${takes === 1 ? 'take' : 'takes'}, ${seconds} s${more}${limit}` : 'nothing is to be bought')
  at('usd').classList.toggle('over', over)
}

function drawWork() {
  const { work, cut } = state
  const words = { drawing: 'drawing clips', cutting: 'cutting' }
  const share = work ? ` ${work.done} of ${work.total}${work.what === 'cutting' ? ' frames' : ''}` : ''
  say(at('work'), work ? `${words[work.what]}:${share}` : cut?.notes?.length ? cut.notes.join('; ') : '')
}

function moved() {
  if (!state.rate || !state.frames) return
  say(at('timecode'), timecode(player.frame, state.rate))
  movePlayhead(player, state)
  const { shot, speed } = player
  markPanel(shot?.id, speed !== 0)
  if (!speed) inspect(state.panels.get(shot?.id), circle)
  const running = speed !== 0
  if (at('play').dataset.running !== String(running)) {
    at('play').dataset.running = String(running)
    at('play').replaceChildren(drawing(running ? PAUSE : PLAY))
    at('play').setAttribute('aria-label', running ? 'Pause' : 'Play')
  }
  at('speed').hidden = !running || speed === 1
  say(at('speed'), `${speed}×`)
}

function goTo(id) {
  const shot = player.shots.find((each) => each.id === id)
  if (shot) player.seek(shot.start)
}

function circle(take, keep = false) {
  const { shot } = player
  if (shot?.kind === 'shot') choose({ shot: shot.id, circle: take, ...(keep ? { keep: true } : {}) })
}

function nextVariant(step) {
  const { variants = [], variant } = state
  if (variants.length < 2) return
  show(variants[(variants.indexOf(variant) + step + variants.length) % variants.length])
}

function show(variant) {
  connect(variant, (how) => {
    at('live').dataset.state = how
    say(at('live'), LIVE[how])
  })
}

function press(id, action, path = '') {
  const button = at(id)
  if (path) button.append(drawing(path))
  button.addEventListener('click', action)
}

function toggle(id, on) {
  at(id).setAttribute('aria-pressed', String(on))
}

const loop = () => toggle('loop', (player.loop = !player.loop))
const mute = () => {
  player.layers.mute(!player.layers.muted)
  toggle('mute', player.layers.muted)
}
const fullScreen = () => (document.fullscreenElement ? document.exitFullscreen() : screen.requestFullscreen?.())

press('before', () => player.skip(-1), 'M6 5v14M19 5 9 12l10 7z')
press('back', () => player.step(-1), 'M15 5l-8 7 8 7')
press('play', () => player.toggle(), PLAY)
press('on', () => player.step(1), 'M9 5l8 7-8 7')
press('after', () => player.skip(1), 'M18 5v14M5 5l10 7-10 7z')
press('loop', loop, 'M17 3l3 3-3 3M4 11V8a2 2 0 0 1 2-2h14M7 21l-3-3 3-3M20 13v3a2 2 0 0 1-2 2H4')
press('mute', mute, 'M4 9v6h4l5 4V5L8 9zM16.500 9.500l5 5M21.500 9.500l-5 5')
press('help', () => at('keys').showModal())
press('screen', () => player.toggle())
press('copy', async () => {
  await navigator.clipboard.writeText(state.shoot ?? '')
  tell('copied; shooting asks before it spends')
})
at('variant').addEventListener('change', (event) => show(event.target.value))
at('single').checked = localStorage.getItem('keys') !== 'off'
at('single').addEventListener('change', (event) => localStorage.setItem('keys', event.target.checked ? 'on' : 'off'))

listenToKeys(
  {
    ' ': () => player.toggle(),
    k: () => player.pause(),
    l: ({ stopping }) => (stopping ? player.step(1) : player.shuttle(1)),
    j: ({ stopping }) => (stopping ? player.step(-1) : player.shuttle(-1)),
    ArrowLeft: ({ shift }) => player.step(shift ? -10 : -1),
    ArrowRight: ({ shift }) => player.step(shift ? 10 : 1),
    ArrowUp: () => player.skip(-1),
    ArrowDown: () => player.skip(1),
    Home: () => player.seek(0),
    End: () => player.seek(state.frames - 1),
    i: ({ shift }) => setPoint(player, state, 'in', shift),
    o: ({ shift }) => setPoint(player, state, 'out', shift),
    digit: ({ digit }) => circle(digit),
    '/': loop,
    v: ({ shift }) => nextVariant(shift ? -1 : 1),
    m: mute,
    f: fullScreen,
    '+': () => stretch(2, player, state),
    '=': () => stretch(2, player, state),
    '-': () => stretch(0.5, player, state),
    '?': () => at('keys').showModal(),
  },
  () => at('single').checked,
)
scrub(player, state)
show('')
