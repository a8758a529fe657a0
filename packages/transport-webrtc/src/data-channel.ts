/** What is needed of an `RTCDataChannel`, wherever it lives. */
export interface DataChannel {
  readonly readyState: string
  binaryType: string
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  send(data: Uint8Array | string): void
  close(): void
}
