export interface Suggestions {
  /** Addresses of nodes to peer with. */
  readonly peers: readonly string[]
  /** Keys that serve something to look at. */
  readonly browse: readonly { readonly name: string; readonly key: string }[]
}

const NONE: Suggestions = { peers: [], browse: [] }

/** What whoever serves the page suggests, in `suggestions.json` beside it. */
export async function loadSuggestions(): Promise<Suggestions> {
  try {
    const response = await fetch(new URL('suggestions.json', document.baseURI))
    const { peers, browse } = (await response.json()) as Partial<Suggestions>
    return {
      peers: Array.isArray(peers) ? peers.filter((uri) => typeof uri === 'string') : [],
      browse: Array.isArray(browse) ? browse.filter(isSite) : [],
    }
  } catch {
    return NONE // one can do without: peers can be added by hand
  }
}

function isSite(value: unknown): value is Suggestions['browse'][number] {
  const { name, key } = (value ?? {}) as { name?: unknown; key?: unknown }
  return typeof name === 'string' && typeof key === 'string'
}
