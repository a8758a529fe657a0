// The forwarding plane's tables as tests would have them: next hops are what the test says.
import type { Route, SnakeHop, Tree } from '@snek/forwarding'
import type { Announcement, Key, Watermark } from '@snek/wire'
import type { Tables } from '../src/control-plane.ts'

export class FakeTables implements Tables {
  readonly peers: Map<number, { key: Key; type: number }> = new Map()
  readonly stored: [number, Announcement, number][] = []
  readonly table: Map<string, Route> = new Map()
  place: Tree | undefined
  /** The answer to all lookups. */
  hop: SnakeHop | undefined
  readonly asked: [Key, Watermark, boolean][] = []
  full = false

  addPeer(port: number, key: Key, type: number): void {
    this.peers.set(port, { key, type })
  }

  removePeer(port: number): Key[] {
    this.peers.delete(port)
    return this.#remove(({ source, destination }) => source === port || destination === port)
  }

  setAnnouncement(port: number, announcement: Announcement, order: number): void {
    this.stored.push([port, announcement, order])
  }

  setTree(place: Tree): void {
    this.place = place
  }

  nextHopSnake(destination: Key, watermark: Watermark, { bootstrap }: { bootstrap: boolean }): SnakeHop {
    this.asked.push([destination, watermark, bootstrap])
    return this.hop ?? { port: undefined, watermark }
  }

  route(key: Key): Route | undefined {
    return this.table.get(key.hex)
  }

  installRoute(route: Route): 'installed' | 'replaced' | 'full' {
    if (this.full) return 'full'
    const result = this.table.has(route.key.hex) ? 'replaced' : 'installed'
    this.table.set(route.key.hex, route)
    return result
  }

  /** Three at most. */
  expireRoutes(now: number): Key[] {
    const expired = [...this.table.values()].filter(({ time }) => now - time >= 10_000).slice(0, 3)
    return this.#remove((route) => expired.includes(route))
  }

  hasExpiredRoutes(now: number): boolean {
    return [...this.table.values()].some(({ time }) => now - time >= 10_000)
  }

  #remove(matches: (route: Route) => boolean): Key[] {
    const removed = [...this.table.values()].filter(matches).map(({ key }) => key)
    for (const key of removed) this.table.delete(key.hex)
    return removed
  }
}
