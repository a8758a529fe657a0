// What the processes of a measurement tell each other.

/** What a source and a sink are told when they are started. */
export interface EndOptions {
  readonly uri: string
  /** Whether the other side is a pipe, which shakes no hands. */
  readonly plain: boolean
  /** Of a payload, in bytes. */
  readonly size: number
  /** Frames a second; 0 for as many as are taken. */
  readonly rate: number
}

/** To a source. */
export type SourceCommand = { readonly type: 'start' } | { readonly type: 'stop' }

/** From a source: it is connected, and how many frames it sent until it was stopped. */
export type SourceReport =
  | { readonly type: 'connected' }
  | { readonly type: 'stopped'; readonly sent: number }

/** To a sink and to what is measured: say what was counted so far. */
export type Ask = { readonly type: 'ask' }

/** From a sink: it is connected, a frame reached it, and what it counted. */
export type SinkReport =
  | { readonly type: 'connected' }
  | { readonly type: 'reached' }
  | {
      readonly type: 'counted'
      /** In ms. */
      readonly time: number
      readonly received: number
      readonly lost: number
      readonly disordered: number
      /** Of the frames since it was last asked, in ms; 0 where they weren't timed. */
      readonly p50: number
      readonly p99: number
    }

/** From what is measured. */
export interface UsageReport {
  readonly type: 'usage'
  /** In ms. */
  readonly time: number
  /** Of all its threads, in ms. */
  readonly processor: number
  /** How long it collected garbage, in ms. */
  readonly garbage: number
  /** In bytes. */
  readonly memory: number
}
