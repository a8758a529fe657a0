// Makes nodes over TCP and WebSocket, uses and closes them. Nothing that is left open may keep the process.
import { createNode } from '../src/index.ts'

const far = await createNode({ listen: ['tcp://127.0.0.1:0', 'ws://127.0.0.1:0/'] })
const near = await createNode({ peers: [...far.listening, 'tcp://127.0.0.1:1'] })

const listener = far.listen('echo')
const serving = (async () => {
  for await (const session of listener) {
    for await (const stream of session.streams) await stream.readable.pipeTo(stream.writable)
  }
})()
const session = await near.dial(far.key, 'echo')
const stream = await session.openStream()
const writer = stream.writable.getWriter()
await writer.write(new TextEncoder().encode('hello'))
await writer.close()
const echo = await new Response(stream.readable).text()

const failure = await createNode({ listen: ['tcp://127.0.0.1:0', far.listening[0] ?? ''] }).catch(
  ({ code }) => code,
)

await near.close()
await far.close()
await serving
console.log(`${echo} ${failure} closed`)
