// What the node sees of the network, in figures.
import type { JSX } from 'preact'
import { Chart } from '../ui/chart.tsx'
import { formatBytes, formatMilliseconds, formatRate, formatTime } from '../ui/format.ts'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { events, samples, status } from './client.ts'
import { nameOf } from './names.ts'
import { NeedsNode } from './needs-node.tsx'
import { Neighbourhood } from './neighbourhood.tsx'
import type { NodeStatus } from './protocol.ts'
import { SessionCharts } from './session-charts.tsx'

type Snapshot = NonNullable<NodeStatus['snapshot']>

export function NetworkView(): JSX.Element {
  return (
    <NeedsNode title="Network">
      <Network />
    </NeedsNode>
  )
}

function Network(): JSX.Element {
  const node = status.value as NodeStatus
  const { snapshot } = node
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Network</h1>
          <p>What this node sees, as it happens.</p>
        </div>
      </div>
      <Neighbourhood node={node} />
      <section class="card" aria-label="Throughput">
        <Chart
          title="All peerings"
          times={samples.value.map(({ time }) => time)}
          format={formatRate}
          series={[
            { label: 'in', colour: 'accent', values: samples.value.map(({ bytesIn }) => bytesIn) },
            { label: 'out', colour: 'warn', values: samples.value.map(({ bytesOut }) => bytesOut) },
          ]}
        />
      </section>
      <SessionCharts />
      {snapshot === undefined ? null : (
        <>
          <Peers snapshot={snapshot} />
          <div class="overview">
            <Routes snapshot={snapshot} />
            <Events />
            <Counters snapshot={snapshot} />
          </div>
        </>
      )}
    </>
  )
}

function Peers({ snapshot: { peers, parent } }: { snapshot: Snapshot }): JSX.Element {
  return (
    <section class="card" aria-labelledby="peers">
      <header>
        <h2 id="peers">Peers</h2>
      </header>
      {peers.length === 0 ? <p class="muted">None.</p> : null}
      {peers.length === 0 ? null : (
        <ScrollArea class="table-scroll" labelledBy="peers">
          <table>
            <thead>
              <tr>
                <th scope="col">Port</th>
                <th scope="col">Peer</th>
                <th scope="col">Address</th>
                <th scope="col">Coordinates</th>
                <th scope="col">In</th>
                <th scope="col">Out</th>
                <th scope="col">Dropped</th>
              </tr>
            </thead>
            <tbody>
              {peers.map((peer) => (
                <tr key={`${peer.port} ${peer.started}`}>
                  <td class="numbers">{peer.port}</td>
                  <td>
                    {nameOf(peer.key)} {peer.key === parent ? <span class="badge good">parent</span> : null}
                  </td>
                  <td class="mono cut">{peer.uri.startsWith('webrtc:') ? 'webrtc, direct' : peer.uri}</td>
                  <td class="mono">{peer.coords === null ? 'unknown' : `[${peer.coords.join(' ')}]`}</td>
                  <td class="numbers">{formatBytes(peer.bytes.in)}</td>
                  <td class="numbers">{formatBytes(peer.bytes.out)}</td>
                  <td class="numbers">{peer.dropped}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollArea>
      )}
    </section>
  )
}

/** More rows are no use to eyes. */
const ROUTES_SHOWN = 100

function Routes({ snapshot: { routes } }: { snapshot: Snapshot }): JSX.Element {
  return (
    <section class="card" aria-labelledby="routes">
      <header>
        <h2 id="routes">Routes</h2>
        <span class="muted small numbers">{routes.length}</span>
      </header>
      {routes.length === 0 ? <p class="muted">None: routes are set up by nodes with higher keys.</p> : null}
      <ul class="lines">
        {routes.slice(0, ROUTES_SHOWN).map((route) => (
          <li key={route.key}>
            <span class="mono">{nameOf(route.key)}</span>
            <span class="muted small numbers">
              by port {route.source}, {formatMilliseconds(route.age_ms)} old
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Events(): JSX.Element {
  const latest = [...events.value].reverse()
  return (
    <section class="card" aria-labelledby="events">
      <header>
        <h2 id="events">Events</h2>
      </header>
      {latest.length === 0 ? <p class="muted">Nothing happened yet.</p> : null}
      <ScrollArea class="lines-scroll" labelledBy="events">
        <ul class="lines">
          {latest.map((event, index) => (
            <li key={`${event.time} ${latest.length - index}`}>
              <span>
                <strong>{event.name}</strong> <span class="muted">{event.text}</span>
              </span>
              <span class="muted small numbers">{formatTime(event.time)}</span>
            </li>
          ))}
        </ul>
      </ScrollArea>
    </section>
  )
}

function Counters({ snapshot: { counters } }: { snapshot: Snapshot }): JSX.Element {
  return (
    <section class="card counters" aria-labelledby="counters">
      <header>
        <h2 id="counters">Counters</h2>
      </header>
      <dl>
        {Object.entries(counters).map(([name, count]) => (
          <div key={name}>
            <dt>{name.replaceAll('_', ' ')}</dt>
            <dd class="numbers">{count.toLocaleString('en')}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
