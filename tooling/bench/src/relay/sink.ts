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
  const { received, lost, disordered, latency } = counter
  const [p50, p99] = [latency.percentile(50) / 1e6, latency.percentile(99) / 1e6]
  latency.reset()
  report({ type: 'counted', time: machineTime(), received, lost, disordered, p50, p99 })
})
report({ type: 'connected' })
