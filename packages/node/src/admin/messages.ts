// The messages of the admin socket: what a command says to a running node, and back.
import { SnekError } from '@snek/platform'
import type { RouterSnapshot } from '@snek/router'
import { AdminError } from './errors.ts'

/** Raised with every change that an older command or node wouldn't understand. */
export const ADMIN_VERSION = 2

/** The first message of a connection says what the connection is for. */
export type AdminRequest =
  | { readonly type: 'hello' }
  | { readonly type: 'status' }
  | { readonly type: 'open'; readonly key: string; readonly protocol: string }
  | { readonly type: 'listen'; readonly protocol: string }
  | { readonly type: 'accept'; readonly id: number }

/** The node's first message. Keys are hex. */
export type AdminReply =
  | { readonly type: 'hello'; readonly key: string }
  | { readonly type: 'status'; readonly status: RouterSnapshot }
  | { readonly type: 'stream'; readonly key: string }
  | { readonly type: 'listening' }
  | AdminFailure

/** What follows on a connection that carries a stream, in both directions. */
export type StreamMessage =
  | { readonly type: 'data'; readonly bytes: Uint8Array }
  | { readonly type: 'end' }
  | { readonly type: 'closed' }
  | HalfFailure
  | AdminFailure

/** One direction was given up, the other goes on: `reset`, what comes from here; `stop`, what comes from there. */
export interface HalfFailure {
  readonly type: 'reset' | 'stop'
  readonly code: string
  readonly message: string
}

/** What follows on a connection that listens: a stream to `accept`, on a connection of its own. */
export type IncomingMessage =
  | { readonly type: 'incoming'; readonly id: number; readonly key: string }
  | AdminFailure

export interface AdminFailure {
  readonly type: 'error'
  readonly code: string
  readonly message: string
}

/** What a failure is called on the other side. */
export function describeFailure(reason: unknown): { code: string; message: string } {
  if (reason instanceof SnekError) return { code: reason.code, message: reason.message }
  return { code: 'internal', message: reason instanceof Error ? reason.message : String(reason) }
}

type Fields = Readonly<Record<string, unknown>>

/** Checks a connection's first message to the node; throws `AdminError`. */
export function readRequest(message: unknown): AdminRequest {
  const fields = readFirst(message)
  switch (fields['type']) {
    case 'hello':
      return { type: 'hello' }
    case 'status':
      return { type: 'status' }
    case 'open':
      return { type: 'open', key: text(fields, 'key'), protocol: text(fields, 'protocol') }
    case 'listen':
      return { type: 'listen', protocol: text(fields, 'protocol') }
    case 'accept':
      return { type: 'accept', id: count(fields, 'id') }
    default:
      throw unknownType(fields)
  }
}

/** Checks a connection's first message from the node; throws `AdminError`. */
export function readReply(message: unknown): AdminReply {
  const fields = readFirst(message)
  switch (fields['type']) {
    case 'hello':
      return { type: 'hello', key: text(fields, 'key') }
    case 'status':
      return { type: 'status', status: snapshot(fields, 'status') }
    case 'stream':
      return { type: 'stream', key: text(fields, 'key') }
    case 'listening':
      return { type: 'listening' }
    case 'error':
      return failure(fields)
    default:
      throw unknownType(fields)
  }
}

export function readStreamMessage(message: unknown): StreamMessage {
  const fields = asFields(message)
  switch (fields['type']) {
    case 'data':
      return { type: 'data', bytes: bytes(fields, 'bytes') }
    case 'end':
      return { type: 'end' }
    case 'closed':
      return { type: 'closed' }
    case 'reset':
    case 'stop':
      return { ...failure(fields), type: fields['type'] }
    case 'error':
      return failure(fields)
    default:
      throw unknownType(fields)
  }
}

export function readIncomingMessage(message: unknown): IncomingMessage {
  const fields = asFields(message)
  switch (fields['type']) {
    case 'incoming':
      return { type: 'incoming', id: count(fields, 'id'), key: text(fields, 'key') }
    case 'error':
      return failure(fields)
    default:
      throw unknownType(fields)
  }
}

function readFirst(message: unknown): Fields {
  const fields = asFields(message)
  if (fields['version'] === ADMIN_VERSION) return fields
  throw new AdminError(
    'admin-version',
    `the other side of the admin socket speaks version ${String(fields['version'])}, this one ${ADMIN_VERSION}: ` +
      'run the node and the command from the same release',
  )
}

function asFields(message: unknown): Fields {
  if (typeof message === 'object' && message !== null) return message as Fields
  throw malformed('a message that is no map')
}

function failure(fields: Fields): AdminFailure {
  return { type: 'error', code: text(fields, 'code'), message: text(fields, 'message') }
}

/** Version and type were checked: its parts are as that version has them. */
function snapshot(fields: Fields, name: string): RouterSnapshot {
  const value = fields[name]
  if (typeof value === 'object' && value !== null) return value as RouterSnapshot
  throw malformed(`${name} is no map`)
}

function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw malformed(`${name} is no text`)
}

function count(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw malformed(`${name} is no number`)
}

function bytes(fields: Fields, name: string): Uint8Array {
  const value = fields[name]
  if (value instanceof Uint8Array) return value
  throw malformed(`${name} holds no bytes`)
}

function unknownType(fields: Fields): AdminError {
  return malformed(`a message of type ${JSON.stringify(fields['type'])?.slice(0, 40)}`)
}

function malformed(what: string): AdminError {
  return new AdminError('admin-malformed', `unexpected on the admin socket: ${what}`)
}
