// How browsers get at the .wasm: over HTTP, to be compiled while it streams.

export function readWasm(url: URL): Promise<Uint8Array | Response> {
  return fetch(url)
}
