// Hands a request on to somewhere else, and what comes back to whoever asked.
import { type ClientRequest, type IncomingMessage, type RequestOptions, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import { endToEndHeaders } from './headers.ts'
import { join } from './join.ts'

export interface Forwarding {
  /** Begins the request: node:http's `request`, knowing where to. */
  request(options: RequestOptions): ClientRequest
  /** As in the request line. */
  path: string
  /** All that is sent but for those that say how the body is framed and that it is an upgrade. */
  headers: string[]
  /** Changes the headers of the response, where they say something about where it came from. */
  mapResponseHeaders?(headers: string[]): string[]
  /** Says what to answer if there is no response. */
  describe(error: Error): { status: number; message: string }
}

/** Answers a request with what it is answered elsewhere. */
export function forwardRequest(incoming: IncomingMessage, outgoing: ServerResponse, to: Forwarding): void {
  const upstream = begin(incoming, to, framing(incoming))
  respond(upstream, outgoing, to)
  incoming.pipe(upstream)
  incoming.once('error', (error) => upstream.destroy(error))
  // What nobody takes any more is let go, so that the next request can come.
  upstream.once('close', () => incoming.resume())
}

/**
 * Joins a request for a WebSocket to one made elsewhere, or answers as that is answered. Other upgrades, which
 * might carry more requests past whoever sets headers here, are asked for as if no upgrade had been.
 */
export function forwardUpgrade(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  to: Forwarding,
): void {
  if (incoming.headers.upgrade?.toLowerCase() !== 'websocket') {
    forwardWithoutUpgrade(incoming, responseOn(incoming, socket), to)
    return
  }
  const upgrade = ['Connection', 'Upgrade', 'Upgrade', 'websocket']
  const upstream = begin(incoming, to, upgrade)
  const outgoing = responseOn(incoming, socket)
  respond(upstream, outgoing, to)
  upstream.once('upgrade', (response, far: Duplex, farHead) => {
    outgoing.detachSocket(socket as Socket)
    const lines = pairs([...endToEndHeaders(response), ...upgrade])
    socket.write(`HTTP/1.1 101 ${response.statusMessage}\r\n${lines.join('')}\r\n`, 'latin1')
    if (farHead.length > 0) far.unshift(farHead)
    if (head.length > 0) socket.unshift(head)
    void join(socket, far)
  })
  upstream.end()
}

/** A response where node:http has left the socket to us: after an upgrade or CONNECT. Ends the socket. */
export function responseOn(incoming: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(incoming)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket)
  response.once('finish', () => (socket as Socket).destroySoon())
  return response
}

/** Answers what was asked for if it can't be handed on. */
export function refuse(outgoing: ServerResponse, status: number, message: string): void {
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`)
}

/** node:http doesn't read the body of a request for an upgrade, so there mustn't be one. */
function forwardWithoutUpgrade(incoming: IncomingMessage, outgoing: ServerResponse, to: Forwarding): void {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = incoming.headers
  if (coding !== undefined || length !== '0') {
    refuse(outgoing, 501, `no upgrade to ${incoming.headers.upgrade}: ask without one`)
    return
  }
  const upstream = begin(incoming, to, [])
  respond(upstream, outgoing, to)
  upstream.end()
}

function begin(incoming: IncomingMessage, to: Forwarding, more: string[]): ClientRequest {
  return to.request({
    method: incoming.method ?? 'GET',
    path: to.path,
    headers: [...to.headers, ...more],
    setHost: false,
  })
}

/** The body's length is among the other headers, if it is known; with neither there is none. */
function framing({ headers }: IncomingMessage): string[] {
  return headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked']
}

function respond(upstream: ClientRequest, outgoing: ServerResponse, to: Forwarding): void {
  let answered = false
  upstream.once('response', (response) => {
    answered = true
    const headers = endToEndHeaders(response)
    outgoing.writeHead(
      response.statusCode ?? 502,
      response.statusMessage,
      to.mapResponseHeaders?.(headers) ?? headers,
    )
    // Whichever of the two breaks off, the other does, and nobody takes a part for the whole.
    pipeline(response, outgoing, () => undefined)
  })
  upstream.on('error', (error) => {
    if (answered || outgoing.destroyed) return
    const { status, message } = to.describe(error)
    refuse(outgoing, status, message)
  })
  outgoing.once('close', () => upstream.destroy())
}

function pairs(headers: string[]): string[] {
  const lines: string[] = []
  for (let at = 0; at < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}\r\n`)
  return lines
}
