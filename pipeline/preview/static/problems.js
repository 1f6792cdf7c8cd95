/* What is wrong, as the terminal shows it: where, what, the line with its mark, how to mend it. */

import { at, make } from './elements.js'

const section = at('problems')

/** One problem. */
export function problemBox({ severity, where, message, hint, line, before, marked, after }) {
  const gutter = make('span.gutter', { 'aria-hidden': 'true' }, `${line} | `)
  const source = line && (before || marked || after) ? make('pre', { tabindex: 0 }, gutter, before, make('mark', {}, marked || ' '), after) : null
  return make(
    `article.problem.${severity}`,
    {},
    make('p.where', {}, make(`span.badge.${severity}`, {}, severity), ' ', make('code', {}, where)),
    make('p.message', {}, message),
    source,
    hint ? make('p.hint', {}, hint) : null,
  )
}

/** Problems that belong to no panel, under a word on what is shown meanwhile. */
export function drawProblems(state) {
  const said = JSON.stringify([state.problems, state.broken])
  if (section.dataset.said === said) return
  section.dataset.said = said
  const problems = state.problems ?? []
  const elsewhere = problems.filter((problem) => problem.shot && problem.severity === 'error')
  const links = elsewhere.map((problem) => make('li', {}, make('a', { href: `#panel-${problem.shot}` }, problem.shot), `: ${problem.message}`))
  const kept = state.panels.size ? 'What was last good stays here until it is mended.' : 'It is shown as soon as it is mended.'
  section.replaceChildren(
    ...[
      state.broken ? make('div.banner', {}, make('h2', {}, `There is a mistake in ${state.file}`), make('p', {}, kept), links.length ? make('ul', {}, links) : null) : null,
      ...problems.filter((problem) => !problem.shot).map(problemBox),
    ].filter(Boolean),
  )
}
