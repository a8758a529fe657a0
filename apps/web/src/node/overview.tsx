// The node at a glance: who it is, whom it is connected to, where it stands in the network.
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { obstacle, startClient, status } from './client.ts'
import { Connections } from './connections.tsx'
import { IdentityCard } from './identity-card.tsx'
import { Neighbourhood } from './neighbourhood.tsx'
import { PageCard } from './page-card.tsx'
import { Damaged, Failed, Obstacle, Welcome } from './welcome.tsx'

export function NodeOverview(): JSX.Element {
  useEffect(startClient, [])
  const problem = obstacle()
  if (problem !== undefined) return <Obstacle problem={problem} />
  const now = status.value
  if (now === undefined || now.phase === 'starting')
    return (
      <p class="empty" role="status">
        Starting …
      </p>
    )
  if (now.phase === 'none') return <Welcome />
  if (now.phase === 'damaged') return <Damaged problem={now.problem ?? ''} />
  if (now.phase === 'failed') return <Failed problem={now.problem ?? ''} />
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Node</h1>
          <p>This page is a node of the network. It is reached by its key, and passes on what others send.</p>
        </div>
      </div>
      <div class="overview">
        <div class="stack">
          <IdentityCard node={now} />
          <PageCard node={now} />
        </div>
        <div class="stack">
          <Connections node={now} />
          <Neighbourhood node={now} />
        </div>
      </div>
    </>
  )
}
