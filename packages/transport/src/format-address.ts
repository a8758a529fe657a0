/** `host:port` for URIs: IPv6 addresses in brackets, IPv4 addresses mapped into IPv6 as plain ones. */
export function formatAddress(host: string, port: number): string {
  const plain = host.replace(/^::ffff:(?=\d+\.)/, '')
  return `${plain.includes(':') ? `[${plain}]` : plain}:${port}`
}
