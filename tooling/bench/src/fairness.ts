// One greedy flow against 50 small ones through a slow link, under a clock of its own.
import { createPlane, filled, LEAF, PARENT, ROOT_KEY, traffic } from './fixtures.ts'
import type { Measurement } from './report.ts'

/** What the link carries, in bytes a ms: 8 Mbit/s. */
const LINK = 1000
/** What it takes in before it can't be written to any more, in bytes. */
const LINK_BUFFER = 64 * 1024
const FLOWS = 50
const SECONDS = 30
/** A small flow's payload in bytes, and how often it is sent, in ms: half of its share of the link. */
const [SMALL, INTERVAL] = [300, 40]
/** The greedy flow sends ten times what the link carries. */
const [GREEDY, EACH_MS] = [1200, 8]

export function fairness(): Measurement[] {
  const plane = createPlane()
  const start = 1_000_000
  let now = start
  let buffered = 0
  let writable = true
  /** Bytes that the link has taken so far, and of each arrival in it the time at which it was sent. */
  const arrivals: { flow: number; sent: number; left: number }[] = []
  const delays: number[] = []
  const [sent, received] = [new Array<number>(FLOWS + 1).fill(0), new Array<number>(FLOWS + 1).fill(0)]

  plane.handlers.onOutput = (_, chunk) => {
    for (let at = 0; at < chunk.length; ) {
      const view = new DataView(chunk.buffer, chunk.byteOffset + at)
      const length = view.getUint16(8)
      const payload = length - view.getUint16(10)
      arrivals.push({ flow: view.getUint8(payload), sent: view.getFloat64(payload + 1), left: length })
      at += length
    }
    buffered += chunk.length
    writable = buffered < LINK_BUFFER
    if (!writable) plane.setWritable(PARENT, false)
  }
  const frames = Array.from({ length: FLOWS + 1 }, (_, flow) =>
    traffic(ROOT_KEY, flow < FLOWS ? SMALL : GREEDY, { from: filled(flow + 1) }),
  )
  const send = (flow: number): void => {
    const frame = frames[flow] as Uint8Array
    const payload = frame.length - (flow < FLOWS ? SMALL : GREEDY)
    const view = new DataView(frame.buffer, frame.byteOffset)
    view.setUint8(payload, flow)
    view.setFloat64(payload + 1, now)
    sent[flow] = (sent[flow] ?? 0) + 1
    plane.receive(LEAF, frame, now)
  }
  const carry = (): void => {
    let room = LINK
    while (room > 0 && arrivals[0] !== undefined) {
      const [first] = arrivals
      const part = Math.min(room, first.left)
      first.left -= part
      room -= part
      buffered -= part
      if (first.left > 0) break
      arrivals.shift()
      received[first.flow] = (received[first.flow] ?? 0) + 1
      if (first.flow < FLOWS) delays.push(now - first.sent)
    }
    if (writable || buffered >= LINK_BUFFER / 2) return
    writable = true
    plane.setWritable(PARENT, true)
  }

  for (; now < start + SECONDS * 1000; now += 1) {
    for (let index = 0; index < EACH_MS; index += 1) send(FLOWS)
    for (let flow = now % INTERVAL; flow < FLOWS; flow += INTERVAL) send(flow)
    carry()
  }
  plane.close()
  // What was sent in the last second may be on its way.
  const share = (flow: number): number => (received[flow] ?? 0) / ((sent[flow] ?? 1) * (1 - 1 / SECONDS))
  const least = Math.min(...received.slice(0, FLOWS).map((_, flow) => share(flow)))
  delays.sort((one, other) => one - other)
  const delay = (part: number): number => delays[Math.floor((delays.length - 1) * part)] ?? Number.NaN
  const linkBytes = LINK * 1000 * SECONDS
  const greedyBytes = (received[FLOWS] ?? 0) * (frames[FLOWS]?.length ?? 0)
  return [
    { name: 'fairness: least that one of 50 small flows got', value: Math.min(1, least) * 100, unit: '%' },
    { name: 'fairness: delay of the small ones, p50', value: delay(0.5), unit: 'ms' },
    { name: 'fairness: delay of the small ones, p99', value: delay(0.99), unit: 'ms' },
    { name: 'fairness: delay of the small ones, longest', value: delay(1), unit: 'ms' },
    {
      name: 'fairness: the link’s bytes that the greedy one got',
      value: (greedyBytes / linkBytes) * 100,
      unit: '%',
    },
  ]
}
