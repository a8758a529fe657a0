// What a session moves, with both ends in this process and nothing but memory between them:
// `npm run sessions -w @snek/bench`.
import { createIdentity } from '@snek/identity'
import { createSessions, type DatagramNetwork, loadQuic, type SendResult, type Session } from '@snek/sessions'
import type { Key } from '@snek/wire'

const MEGABYTE = 1e6
const TOTAL = 200 * MEGABYTE
const CHUNK = 64 * 1024

/** Delivers in the next turn of the event loop, all of a turn at once, as a socket would. */
class Memory implements DatagramNetwork {
  readonly key: Key
  onDatagram: (from: Key, payload: Uint8Array) => void = () => undefined
  peer: Memory = this
  packets = 0
  #arriving: Uint8Array[] = []

  constructor(key: Key) {
    this.key = key
  }

  send(_to: Key, payload: Uint8Array): SendResult {
    this.packets += 1
    this.peer.#arrive(payload.slice())
    return 'sent'
  }

  forgetCoordinates(): void {}

  #arrive(payload: Uint8Array): void {
    this.#arriving.push(payload)
    if (this.#arriving.length > 1) return
    setImmediate(() => {
      const from = this.peer.key
      for (const packet of this.#arriving.splice(0)) this.onDatagram(from, packet)
    })
  }
}

function report(what: string, value: number, unit: string, digits = 1): void {
  console.log(`${what.padEnd(44)} ${value.toFixed(digits).padStart(10)} ${unit}`)
}

const began = performance.now()
await loadQuic()
report('the engine loaded', performance.now() - began, 'ms')

const [near, far] = [createIdentity(), createIdentity()]
const [a, b] = [new Memory(near.key), new Memory(far.key)]
a.peer = b
b.peer = a
const dialler = await createSessions({ identity: near, network: a })
const listener = await createSessions({ identity: far, network: b })
const accepting = listener.listen('bench')[Symbol.asyncIterator]()

async function connect(): Promise<[Session, Session]> {
  const accepted = accepting.next()
  const session = await dialler.dial(far.key, 'bench')
  return [session, (await accepted).value as Session]
}

const dials: number[] = []
for (let round = 0; round < 30; round += 1) {
  const start = performance.now()
  const [session] = await connect()
  dials.push(performance.now() - start)
  await session.close()
}
report('first dial', dials[0] as number, 'ms', 2)
report('a dial, median of the others', dials.slice(1).sort((x, y) => x - y)[14] as number, 'ms', 2)

const [session, accepted] = await connect()
{
  const echoing = (async () => {
    for await (const stream of accepted.streams) await stream.readable.pipeTo(stream.writable)
  })()
  const stream = await session.openStream()
  const [writer, reader] = [stream.writable.getWriter(), stream.readable.getReader()]
  const times: number[] = []
  for (let round = 0; round < 1000; round += 1) {
    const start = performance.now()
    await writer.write(new Uint8Array(32))
    await reader.read()
    times.push(performance.now() - start)
  }
  report('an echo of 32 bytes, median', times.sort((x, y) => x - y)[500] as number, 'ms', 3)
  await writer.close()
  while (!(await reader.read()).done);
  await session.close()
  await echoing
}

for (const size of [16_384, CHUNK, 1_048_576]) {
  const [session, accepted] = await connect()
  const incoming = accepted.streams[Symbol.asyncIterator]().next()
  const stream = await session.openStream()
  const chunk = new Uint8Array(size).fill(7)
  const [start, cpu, packets] = [performance.now(), process.cpuUsage(), a.packets + b.packets]
  const sending = (async () => {
    const writer = stream.writable.getWriter()
    for (let sent = 0; sent < TOTAL; sent += size) await writer.write(chunk)
    await writer.close()
  })()
  let received = 0
  for await (const part of (await incoming).value?.readable ?? []) received += part.length
  await sending
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  report(`one stream, written by ${size} bytes`, (received * 8) / seconds / 1e6, 'Mbit/s', 0)
  report('  CPU, both ends', (user + system) / 1e6 / (received / 1e9), 's/GB')
  report('  packets, both ways', (a.packets + b.packets - packets) / (received / MEGABYTE), 'a MB')
  const { packetsLost, congestionWindow, rtt } = session.stats()
  console.log(`  lost ${packetsLost}, window ${congestionWindow}, round trip ${rtt.toFixed(2)} ms`)
  await session.close()
}
await dialler.close()
await listener.close()
