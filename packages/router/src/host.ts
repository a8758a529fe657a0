// Which streams count as from one host.

/**
 * What limits for each address go by: an IPv4 address or a name, of an IPv6 address the first 64 bits, since a host has
 * all below them; all of a link-local one. Undefined for URIs that lead to no host.
 */
export function hostOf(uri: string): string | undefined {
  const withoutZone = uri.replace(/%[^\]]*(?=\])/, '') // an interface's name isn't allowed in a URL
  if (!URL.canParse(withoutZone)) return undefined
  const { hostname } = new URL(withoutZone)
  return /^\[(?!fe[89ab])/.test(hostname) ? networkOf(hostname.slice(1, -1)) : hostname || undefined
}

function networkOf(address: string): string {
  const [start = '', end] = address.split('::')
  const first = start.split(':').filter(Boolean)
  const last = end?.split(':').filter(Boolean) ?? []
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0')
  return `[${[...first, ...zeros, ...last].slice(0, 4).join(':')}::/64]`
}
