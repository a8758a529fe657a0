// Which of the tabs runs the node: the one that holds a Web Lock. When it goes, the next one takes over;
// when it sleeps while another is looked at, that one takes the lock away.
import { type Connector, connector, serveConnector } from '@snek/transport-webrtc'
import { NODE_LOCK } from './protocol.ts'

export type Leadership = 'leads' | 'follows'

/** A tab that would run the node. */
export interface Candidate {
  onChange(leadership: Leadership): void
  /** The node's code can't be run; says why. */
  onFailure(problem: string): void
  /** Those that the next connection may ask. */
  stunServers(): readonly string[]
}

/** Runs the node whenever this tab holds the lock. */
export function standForLeader(candidate: Candidate): void {
  void lead(candidate, false)
}

/** Takes the node over from a tab that doesn't answer. */
export function takeOver(candidate: Candidate): void {
  void lead(candidate, true)
}

async function lead(candidate: Candidate, steal: boolean): Promise<void> {
  let worker: Worker | undefined
  try {
    await navigator.locks.request(NODE_LOCK, { steal }, () => {
      worker = startNode(candidate)
      candidate.onChange('leads')
      return new Promise<never>(() => undefined) // for as long as the tab lives
    })
  } catch {
    // Another tab took it away, while this one slept.
    worker?.terminate()
    candidate.onChange('follows')
    void lead(candidate, false)
  }
}

function startNode(candidate: Candidate): Worker {
  const worker = new Worker(new URL('./host/worker.ts', import.meta.url), { type: 'module', name: 'node' })
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    candidate.onFailure(event.message || 'Its code could not be loaded. Is the server there?')
  })
  const connect: Connector['connect'] = () => {
    const iceServers = candidate.stunServers().map((urls) => ({ urls }))
    return connector({ iceServers }).connect()
  }
  serveConnector(worker, { connect })
  return worker
}
