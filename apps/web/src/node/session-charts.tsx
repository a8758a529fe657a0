// Sessions with other keys: how much goes through them, and how long a round trip takes.
import type { JSX } from 'preact'
import { Chart } from '../ui/chart.tsx'
import { formatMilliseconds, formatRate } from '../ui/format.ts'
import { samples } from './client.ts'
import { nameOf } from './names.ts'
import type { SessionSample } from './protocol.ts'

/** Charts of more would be a wall. */
const SHOWN = 6

export function SessionCharts(): JSX.Element {
  const latest = samples.value.at(-1)?.sessions ?? []
  return (
    <section class="card" aria-labelledby="sessions">
      <header>
        <h2 id="sessions">Sessions</h2>
        <span class="muted small numbers">{latest.length}</span>
      </header>
      {latest.length === 0 ? <p class="muted">None. One opens with each contact that is online.</p> : null}
      <div class="stack">
        {latest.slice(0, SHOWN).map((session) => (
          <SessionChart key={session.id} session={session} />
        ))}
        {latest.length > SHOWN ? <p class="muted small">and {latest.length - SHOWN} more</p> : null}
      </div>
    </section>
  )
}

function SessionChart({ session: { id, key, protocol } }: { session: SessionSample }): JSX.Element {
  const times = samples.value.map(({ time }) => time)
  const history = samples.value.map(({ sessions }) => sessions.find((session) => session.id === id))
  return (
    <div class="session">
      <h3>
        {nameOf(key)} <span class="muted mono">{protocol}</span>
      </h3>
      <div class="charts">
        <Chart
          title="Throughput"
          times={times}
          format={formatRate}
          series={[
            { label: 'in', colour: 'accent', values: history.map((sample) => sample?.bytesIn) },
            { label: 'out', colour: 'warn', values: history.map((sample) => sample?.bytesOut) },
          ]}
        />
        <Chart
          title="Round trip"
          times={times}
          format={formatMilliseconds}
          series={[{ label: 'now', colour: 'accent', values: history.map((sample) => sample?.rtt) }]}
        />
      </div>
    </div>
  )
}
