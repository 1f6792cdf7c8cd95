/* Keys, as editors know them. */

const IN_FIELDS = 'input, select, textarea'

/** Have keys do what `actions` says, by name of the key. `single` says whether those without a modifier are wanted. */
export function listenToKeys(actions, single) {
  const held = new Set()
  addEventListener('keyup', (event) => held.delete(event.code))
  addEventListener('blur', () => held.clear())
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(IN_FIELDS)) return
    if (document.querySelector('dialog[open]') || !single()) return
    // A button that has the focus is pressed by these, and a text is read on.
    if ([' ', 'Enter'].includes(event.key) && event.target.closest('button, a, summary')) return
    const digit = /^Digit([1-9])$/.exec(event.code)
    const name = digit && !event.shiftKey ? 'digit' : event.key.length === 1 ? event.key.toLowerCase() : event.key
    const action = actions[name]
    if (!action) return
    event.preventDefault()
    held.add(event.code)
    action({ shift: event.shiftKey, digit: digit ? Number(digit[1]) : 0, stopping: held.has('KeyK') && event.code !== 'KeyK' })
  })
}
