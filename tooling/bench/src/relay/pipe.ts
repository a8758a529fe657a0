// A plain TCP pipe from its second connection to its first: what a relay in Node can't pass.
import { type AddressInfo, createServer, type Socket } from 'node:net'

const sockets: Socket[] = []
const server = createServer({ noDelay: true }, (socket) => {
  // The ends of a measurement break off.
  socket.on('error', () => undefined)
  sockets.push(socket)
  const [first, second] = sockets
  if (first && second) second.pipe(first)
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(JSON.stringify({ event: 'ready', listen: [`tcp://127.0.0.1:${port}`] }))
})
