// Prints how much WASM memory 100,000 routes and 250 peers take, in bytes.
import { initSync } from '../../../packages/forwarding/wasm/snek_forward_wasm.js'
import { addPeers, createPlane, install, keys, NOW } from './fixtures.ts'

// The module is loaded: this is its instance.
const memory = initSync({ module: new Uint8Array() }).memory
const before = memory.buffer.byteLength
const plane = createPlane()
for (const [index, key] of keys(1, 100_000).entries()) install(plane, key, NOW + index / 20)
const routes = memory.buffer.byteLength - before
addPeers(plane, 248)
console.log(JSON.stringify({ all: memory.buffer.byteLength, routes }))
