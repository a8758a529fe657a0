// Peers that were asked for by their addresses, and others that came by themselves.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { attempt } from '../ui/attempt.ts'
import { Icon } from '../ui/icon.tsx'
import { ask } from './client.ts'
import { nameOf } from './names.ts'
import type { NodeStatus, PeerStatus } from './protocol.ts'
import { StunForm } from './stun-form.tsx'

export function Connections({ node }: { node: NodeStatus }): JSX.Element {
  const direct = node.snapshot?.peers.filter((peer) => peer.uri.startsWith('webrtc:')) ?? []
  const isAlone = node.peers.length === 0 && direct.length === 0
  return (
    <section class="card" aria-labelledby="connections">
      <header>
        <h2 id="connections">Connections</h2>
        <Standing node={node} />
      </header>
      <div class="stack">
        {isAlone ? (
          <p class="muted">
            Nobody yet. Add the address of any node that listens for WebSockets, such as one started with{' '}
            <code>snek up --listen ws://0.0.0.0:7118/</code>.
          </p>
        ) : (
          <ul class="peers">
            {node.peers.map((peer) => (
              <Peer key={peer.uri} peer={peer} />
            ))}
            {direct.map((peer) => (
              <li key={`${peer.port} ${peer.key}`} class="peer">
                <span class="dot good" />
                <span class="peer-text">
                  <strong>{nameOf(peer.key)}</strong>
                  <span class="muted small">direct link, browser to browser</span>
                </span>
              </li>
            ))}
          </ul>
        )}
        <AddPeer />
        <StunForm node={node} />
      </div>
    </section>
  )
}

function Standing({ node }: { node: NodeStatus }): JSX.Element {
  const count = node.snapshot?.peers.length ?? 0
  if (count === 0) return <span class="badge warn">not connected</span>
  return <span class="badge good">{count === 1 ? '1 peer' : `${count} peers`}</span>
}

const TONES: Readonly<Record<PeerStatus['state'], string>> = {
  connected: 'good',
  dialling: 'busy',
  waiting: 'bad',
}

function Peer({ peer: { uri, state, key, problem, retryAt } }: { peer: PeerStatus }): JSX.Element {
  const seconds = retryAt === undefined ? 0 : Math.max(0, Math.round((retryAt - Date.now()) / 1000))
  const again = seconds > 0 ? `tries again in ${seconds} s` : 'tries again'
  const text = {
    connected: `connected to ${key?.slice(0, 8)}`,
    dialling: problem === undefined ? 'connecting …' : `connecting … ${problem}`,
    waiting: `${problem ?? 'The connection was lost.'} ${again}`,
  }[state]
  return (
    <li class="peer">
      <span class={`dot ${TONES[state]}`} />
      <span class="peer-text">
        <span class="mono peer-uri">{uri}</span>
        <span class="muted small">{text}</span>
      </span>
      {state === 'waiting' ? (
        <button
          type="button"
          class="button quiet icon compact"
          aria-label={`Connect to ${uri} now`}
          title="Connect now"
          onClick={() => void attempt(() => ask('wake'))}
        >
          <Icon name="reload" size={16} />
        </button>
      ) : null}
      <button
        type="button"
        class="button quiet icon compact"
        aria-label={`Remove ${uri}`}
        title="Remove"
        onClick={() => void attempt(() => ask('removePeer', uri))}
      >
        <Icon name="cross" size={16} />
      </button>
    </li>
  )
}

function AddPeer(): JSX.Element {
  const [uri, setUri] = useState('')
  const add = async (): Promise<void> => {
    if (await attempt(() => ask('addPeer', uri))) setUri('')
  }
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <input
        class="input mono"
        aria-label="Address of a peer"
        placeholder="wss://peer.example/"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        required
        value={uri}
        onInput={({ currentTarget }) => setUri(currentTarget.value)}
      />
      <button type="submit" class="button">
        Connect
      </button>
    </form>
  )
}
