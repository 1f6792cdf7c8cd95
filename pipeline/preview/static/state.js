/* What the server tells, kept: news is merged, and whoever listens learns what was in it. */

/** What is known: the members of the server's state, with `panels` as a Map by id in the order of the cut. */
export const state = { panels: new Map() }

const listeners = []

/** Has `listener` called with the news, after it was merged. */
export function listen(listener) {
  listeners.push(listener)
}

/** Merge news: members replace members, null removes one, `order` says which panels there are. */
export function merge(news) {
  const { panels = {}, order, ...members } = news
  for (const [key, value] of Object.entries(members)) {
    if (value === null) delete state[key]
    else state[key] = value
  }
  for (const [id, panel] of Object.entries(panels)) state.panels.set(id, panel)
  if (order) state.panels = new Map(order.map((id) => [id, state.panels.get(id)]))
  for (const listener of listeners) listener(news)
}
