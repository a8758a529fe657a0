import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { PlaintextDetector } from './plaintext-detector.ts'
import { Tap } from './tap.ts'

test('forwards both ways, and sees plaintext where there is some', async () => {
  const text = new TextEncoder().encode('The quick brown fox jumps over the lazy dog.')
  const detector = new PlaintextDetector([text.subarray(3, 35)])
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  {
    await using tap = await Tap.listen((echo.address() as AddressInfo).port, detector)
    const socket = connect(Number(new URL(tap.uri).port), '127.0.0.1')
    socket.write(text)
    let echoed = 0
    for await (const chunk of socket) {
      echoed += (chunk as Uint8Array).length
      if (echoed === text.length) break
    }
    expect(tap.report).toEqual({ bytes: 2 * text.length, found: 2 })
  }
  echo.close()
})
