// How Node gets at the .wasm: from the file system, where the package lies.
import { readFile } from 'node:fs/promises'

export function readWasm(url: URL): Promise<Uint8Array | Response> {
  return url.protocol === 'file:' ? readFile(url) : fetch(url)
}
