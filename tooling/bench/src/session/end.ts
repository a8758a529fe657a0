// An end of a session, as a process: a node that takes streams, and dials when it is told to.
import { createNode } from '@snek/node'
import { Key } from '@snek/wire'
import { machineTime } from '../relay/frames.ts'
import type { EndCommand, EndOptions, EndReport } from './messages.ts'

const SINK = 'bench-sink'
const ECHO = 'bench-echo'
const CHUNK = 64 * 1024
/** Until a way to the key is known, in ms. */
const PATIENCE = 15_000

const options = JSON.parse(process.argv[2] ?? '') as EndOptions
const node = await createNode(options)
let received = 0
let flooding = false

function tell(report: EndReport): void {
  process.send?.(report)
}

async function count(): Promise<void> {
  for await (const session of node.listen(SINK)) {
    for await (const { readable, writable } of session.streams) {
      for await (const chunk of readable) received += chunk.length
      await writable.close()
    }
  }
}

async function echo(): Promise<void> {
  for await (const session of node.listen(ECHO)) {
    for await (const { readable, writable } of session.streams) await readable.pipeTo(writable)
  }
}

async function dial(key: Key, rounds: number): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now()
    const session = await node.dial(key, ECHO, { signal: AbortSignal.timeout(PATIENCE) })
    times.push(performance.now() - start)
    await session.close()
  }
  return times.toSorted((one, other) => one - other)
}

async function sendToAndFro(key: Key, rounds: number): Promise<number[]> {
  await using session = await node.dial(key, ECHO)
  const { readable, writable } = await session.openStream()
  const [reader, writer] = [readable.getReader(), writable.getWriter()]
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now()
    await writer.write(new Uint8Array(32))
    await reader.read()
    times.push(performance.now() - start)
  }
  await writer.close()
  await reader.read()
  return times.toSorted((one, other) => one - other)
}

async function flood(key: Key): Promise<void> {
  await using session = await node.dial(key, SINK)
  const { readable, writable } = await session.openStream()
  const writer = writable.getWriter()
  const chunk = new Uint8Array(CHUNK).fill(7)
  flooding = true
  tell({ type: 'flooding' })
  let sent = 0
  for (; flooding; sent += CHUNK) await writer.write(chunk)
  await writer.close()
  await readable.getReader().read()
  tell({ type: 'stopped', sent })
}

process.on('message', async (command: EndCommand) => {
  switch (command.type) {
    case 'count':
      return tell({ type: 'counted', received, time: machineTime() })
    case 'dial':
      return tell({ type: 'times', times: await dial(Key.parse(command.key), command.count) })
    case 'echo':
      return tell({ type: 'times', times: await sendToAndFro(Key.parse(command.key), command.count) })
    case 'flood':
      return flood(Key.parse(command.key))
    case 'stop':
      flooding = false
  }
})

process.once('SIGTERM', () => process.exit())
void count()
void echo()
tell({ type: 'ready', key: node.key.hex, listening: node.listening })
