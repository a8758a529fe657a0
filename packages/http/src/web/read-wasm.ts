// How browsers get at the .wasm: over HTTP.

export function readWasm(url: URL): Promise<Uint8Array | Response> {
  return fetch(url)
}
