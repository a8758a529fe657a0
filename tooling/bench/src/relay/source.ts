// A process that sends as much as is taken, or so many frames a second.
import { connect } from './connection.ts'
import { FrameBatch, machineTime, PROBE } from './frames.ts'
import type { EndOptions, SourceCommand, SourceReport } from './messages.ts'
import { identityOf, peer } from './peer.ts'

/** Bytes a write. */
const BATCH = 128 * 1024
/** Writes that may be under way. */
const BATCHES = 8
const PROBE_INTERVAL = 50
/** What is sent at once at most by a source that keeps a rate, in ms of it: after a stall it makes up for no more. */
const BURST = 5

const { uri, plain, size, rate } = JSON.parse(process.argv[2] ?? '') as EndOptions
const [from, to] = [identityOf('source'), identityOf('sink')]
const ignore = (): void => undefined
const connection = await (plain ? connect(uri, ignore) : peer(uri, from, ignore))
const report = (message: SourceReport): void => void process.send?.(message)
const newBatch = (): FrameBatch => new FrameBatch(from.key, to.key, size, BATCH)

let sent = 0
let isStopped = false
let underWay = 0

function write(batch: FrameBatch, count: number, done: () => void): void {
  sent += count
  underWay += 1
  connection.write(batch.first(count), () => {
    underWay -= 1
    if (isStopped && underWay === 0) report({ type: 'stopped', sent })
    else done()
  })
}

function flood(batch: FrameBatch): void {
  if (isStopped) return
  batch.number(batch.count, sent)
  write(batch, batch.count, () => flood(batch))
}

function keepRate(): void {
  let start = machineTime()
  const most = Math.ceil((rate * BURST) / 1000)
  const spare = [newBatch()]
  const timer = setInterval(() => {
    if (isStopped) return clearInterval(timer)
    const time = machineTime()
    let due = Math.floor(((time - start) * rate) / 1000) - sent
    if (due > most) {
      start += ((due - most) * 1000) / rate
      due = most
    }
    while (due > 0) {
      const batch = spare.pop() ?? newBatch()
      const count = Math.min(due, batch.count)
      batch.number(count, sent)
      batch.stamp(count, time)
      write(batch, count, () => spare.push(batch))
      due -= count
    }
  }, 1)
}

const probe = newBatch()
probe.number(1, PROBE)
const probes = setInterval(() => connection.write(probe.first(1)), PROBE_INTERVAL)

process.on('message', ({ type }: SourceCommand) => {
  if (type === 'start') {
    clearInterval(probes)
    if (rate > 0) keepRate()
    else for (let index = 0; index < BATCHES; index += 1) flood(newBatch())
  } else {
    isStopped = true
    if (underWay === 0) report({ type: 'stopped', sent })
  }
})
report({ type: 'connected' })
