/**
 * The longest message sent, in bytes. Message boundaries mean nothing, and the Go reference refuses longer
 * ones.
 */
export const MAX_MESSAGE_SENT: number = 32 * 1024

/** The longest message taken, in bytes: dialled WebSockets hold a message whole before any of it is delivered. */
export const MAX_MESSAGE_TAKEN: number = 256 * 1024

/** Bytes that wait to be sent before `write` returns false. */
export const WRITE_LIMIT: number = 256 * 1024

/** Connections that haven't asked for their WebSocket yet. When full, the one that came first is closed. */
export const MAX_REQUESTS = 128

/** How a WebSocket closes (RFC 6455 section 7.4). Browsers may only say `normal` and those from 4000 on. */
export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  unsupportedData: 1003,
  none: 1005,
  abnormal: 1006,
  textMessage: 4003,
  messageTooLong: 4009,
  tooMuch: 4029,
} as const
