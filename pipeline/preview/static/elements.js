/* Elements are made from values; text is always text. */

/** The element of that id. */
export const at = (id) => document.getElementById(id)

/** A new element: its tag and classes (`p.soft.small`), attributes, and what is in it. Null is left out. */
export function make(kind, attributes = {}, ...inside) {
  const [tag, ...classes] = kind.split('.')
  const element = document.createElement(tag)
  if (classes.length) element.className = classes.join(' ')
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...inside.flat().filter((each) => each !== null && each !== undefined && each !== ''))
  return element
}

/** A drawing in a square of 24 units: an SVG path, drawn as a line. */
export function drawing(path, label = '') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'drawing')
  if (label) {
    svg.setAttribute('role', 'img')
    svg.setAttribute('aria-label', label)
  } else svg.setAttribute('aria-hidden', 'true')
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}

/** Text where it differs: what is the same is not said again by a screen reader. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text
}
