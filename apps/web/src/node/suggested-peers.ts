/** Addresses of peers that whoever serves the page suggests, in `peers.json` beside it. */
export async function suggestedPeers(): Promise<readonly string[]> {
  try {
    const response = await fetch(new URL('peers.json', document.baseURI))
    const value: unknown = response.ok ? await response.json() : []
    return Array.isArray(value) ? value.filter((uri) => typeof uri === 'string') : []
  } catch {
    return [] // one can do without: peers can be added by hand
  }
}
