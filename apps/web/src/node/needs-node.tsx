import type { ComponentChildren, JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { href } from '../app/location.ts'
import { obstacle, startClient, status } from './client.ts'
import { Obstacle } from './welcome.tsx'

interface NeedsNodeProps {
  readonly title: string
  readonly children: ComponentChildren
}

/** Shows what is in it once a node runs, and the way there until then. */
export function NeedsNode({ title, children }: NeedsNodeProps): JSX.Element {
  useEffect(startClient, [])
  const problem = obstacle()
  if (problem !== undefined) return <Obstacle problem={problem} />
  const phase = status.value?.phase
  if (phase === 'running') return <>{children}</>
  if (phase === undefined || phase === 'starting') {
    return (
      <p class="empty" role="status">
        Starting …
      </p>
    )
  }
  return (
    <section class="welcome">
      <h1>{title}</h1>
      <p class="muted">This takes a node, and none runs in this browser yet.</p>
      <a class="button primary" href={href('node')}>
        To the node
      </a>
    </section>
  )
}
