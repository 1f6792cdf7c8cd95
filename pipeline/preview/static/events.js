/* The stream of news from the server: it is opened again where it breaks, and then tells everything once more. */

import { merge } from './state.js'

let stream = null

/** Show this variant from now on; `tell` is called with live, waiting or ended. */
export function connect(variant, tell) {
  if (stream) stream.close()
  stream = new EventSource(`/events?${new URLSearchParams({ variant })}`)
  stream.onmessage = (event) => {
    tell('live')
    merge(JSON.parse(event.data))
  }
  // A refusal closes it: the server is another one by now, with another token.
  stream.onerror = () => tell(stream.readyState === EventSource.CLOSED ? 'ended' : 'waiting')
}
