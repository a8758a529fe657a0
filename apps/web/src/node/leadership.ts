// Which of the tabs runs the node: the one that holds a Web Lock. When it goes, the next one takes over;
// when it sleeps while another is looked at, that one takes the lock away.
import { connector, serveConnector } from '@snek/transport-webrtc'
import { NODE_LOCK } from './protocol.ts'

export type Leadership = 'leads' | 'follows'

/** Runs the node whenever this tab holds the lock. `onChange` is told which it is. */
export function standForLeader(onChange: (leadership: Leadership) => void): void {
  void lead(onChange, false)
}

/** Takes the node over from a tab that doesn't answer. */
export function takeOver(onChange: (leadership: Leadership) => void): void {
  void lead(onChange, true)
}

async function lead(onChange: (leadership: Leadership) => void, steal: boolean): Promise<void> {
  let worker: Worker | undefined
  try {
    await navigator.locks.request(NODE_LOCK, { steal }, () => {
      worker = startNode()
      onChange('leads')
      return new Promise<never>(() => undefined) // for as long as the tab lives
    })
  } catch {
    // Another tab took it away, while this one slept.
    worker?.terminate()
    onChange('follows')
    void lead(onChange, false)
  }
}

function startNode(): Worker {
  const worker = new Worker(new URL('./host/worker.ts', import.meta.url), { type: 'module', name: 'node' })
  serveConnector(worker, connector())
  return worker
}
