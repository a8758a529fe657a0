// A process that counts what reaches it.
import { connect } from './connection.ts'
import { FrameCounter, machineTime } from './frames.ts'
import type { Ask, EndOptions, SinkReport } from './messages.ts'
import { identityOf, peer } from './peer.ts'

const { uri, plain, rate } = JSON.parse(process.argv[2] ?? '') as EndOptions
const counter = new FrameCounter({ timed: rate > 0 })
const report = (message: SinkReport): void => void process.send?.(message)
const onBytes = (chunk: Uint8Array): void => counter.push(chunk)

counter.onProbe = () => {
  counter.onProbe = () => undefined
  report({ type: 'reached' })
}
await (plain ? connect(uri, onBytes) : peer(uri, identityOf('sink'), onBytes))
process.on('message', (_: Ask) => {
  const { received, lost, disordered } = counter
  const latencies = counter.latencies.splice(0).toSorted((a, b) => a - b)
  report({ type: 'counted', time: machineTime(), received, lost, disordered, latencies })
})
report({ type: 'connected' })
