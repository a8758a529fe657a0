// What others serve over HTTP, at their keys.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { go, href, segments } from '../app/location.ts'
import { download } from '../ui/download.ts'
import { formatBytes } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { ask, contacts } from './client.ts'
import { nameOf } from './names.ts'
import { NeedsNode } from './needs-node.tsx'
import type { Fetched } from './protocol.ts'
import { StrangersPage } from './strangers-page.tsx'
import { loadSuggestions, type Suggestions } from './suggestions.ts'

export function BrowseView(): JSX.Element {
  return (
    <NeedsNode title="Browse">
      <Browser />
    </NeedsNode>
  )
}

type Shown =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'loaded'; readonly fetched: Fetched }

function Browser(): JSX.Element {
  const [, host, path = '/'] = segments.value
  const address = host === undefined ? '' : `${host}${path === '/' ? '' : path}`
  const [text, setText] = useState(address)
  const [shown, setShown] = useState<Shown | undefined>()
  const [visit, setVisit] = useState(0)
  useEffect(() => setText(address), [address])
  useEffect(() => {
    if (host === undefined) {
      setShown(undefined)
      return
    }
    let isCurrent = true
    setShown({ state: 'loading' })
    ask('fetch', `http://${host}${path}`).then(
      (fetched) => isCurrent && setShown({ state: 'loaded', fetched }),
      (error: Error) => isCurrent && setShown({ state: 'failed', problem: error.message }),
    )
    return () => {
      isCurrent = false
    }
  }, [host, path, visit])
  return (
    <>
      <div class="page-head">
        <h1>Browse</h1>
      </div>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (text.trim() === address) setVisit(visit + 1)
          else visitAddress(text)
        }}
      >
        <input
          class="input mono"
          aria-label="Key, and a path"
          placeholder="KEY/path"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          list="known-keys"
          required
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <datalist id="known-keys">
          {contacts.value.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </datalist>
        <button type="submit" class="button primary">
          Go
        </button>
      </form>
      <Page host={host} shown={shown} onRetry={() => setVisit(visit + 1)} />
    </>
  )
}

interface PageProps {
  readonly host: string | undefined
  readonly shown: Shown | undefined
  readonly onRetry: () => void
}

function Page({ host, shown, onRetry }: PageProps): JSX.Element {
  if (host === undefined || shown === undefined) {
    return (
      <div class="empty">
        <Icon name="browse" size={40} />
        <p>
          Any node may serve HTTP at its key: a page like this one, or whatever stands behind a “snek expose”.
        </p>
        <Suggested />
      </div>
    )
  }
  if (shown.state === 'loading') {
    return (
      <p class="empty" role="status">
        Asking {nameOf(host)} …
      </p>
    )
  }
  if (shown.state === 'failed') {
    return (
      <div class="stack">
        <p class="notice bad" role="alert">
          {nameOf(host)} couldn’t be asked: {shown.problem}
        </p>
        <div class="row">
          <button type="button" class="button" onClick={onRetry}>
            Try again
          </button>
        </div>
      </div>
    )
  }
  return <Answer fetched={shown.fetched} />
}

/** What whoever serves this page knows to be worth a visit. */
function Suggested(): JSX.Element {
  const [sites, setSites] = useState<Suggestions['browse']>([])
  useEffect(() => {
    void loadSuggestions().then(({ browse }) => setSites(browse))
  }, [])
  return (
    <div class="row">
      {sites.map(({ name, key }) => (
        <a key={key} class="button" href={href('browse', key)}>
          {name} <code class="muted">{key.slice(0, 8)}</code>
        </a>
      ))}
    </div>
  )
}

function Answer({ fetched }: { fetched: Fetched }): JSX.Element {
  const { status, statusText, contentType, body } = fetched
  const [type = ''] = contentType.split(';')
  return (
    <section class="answer" aria-label="Answer">
      <p class="muted small row">
        <span class={`badge ${status < 400 ? 'good' : 'bad'}`}>
          {status} {statusText}
        </span>
        <span class="mono">{type}</span> {formatBytes(body.size)}
      </p>
      <Body fetched={fetched} type={type.trim().toLowerCase()} />
    </section>
  )
}

function Body({ fetched, type }: { fetched: Fetched; type: string }): JSX.Element {
  const { body, url } = fetched
  if (body.size === 0) return <p class="empty">The answer is empty.</p>
  if (type === 'text/html') return <StrangersPage fetched={fetched} onGo={visitUrl} />
  if (type.startsWith('image/')) return <Picture body={body} />
  if (type.startsWith('text/') || /[/+](json|xml)$/.test(type)) return <PlainText body={body} />
  const name = decodeName(url)
  return (
    <div class="empty">
      <Icon name="file" size={40} />
      <p>This can’t be shown here.</p>
      <button type="button" class="button" onClick={() => download(body, name)}>
        Save {name}
      </button>
    </div>
  )
}

function Picture({ body }: { body: Blob }): JSX.Element {
  const [url, setUrl] = useState<string | undefined>()
  useEffect(() => {
    const made = URL.createObjectURL(body)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [body])
  return <img class="picture" src={url} alt="What was served" />
}

function PlainText({ body }: { body: Blob }): JSX.Element {
  const [text, setText] = useState('')
  useEffect(() => {
    void body.text().then(setText)
  }, [body])
  return <pre class="plain-text mono">{text}</pre>
}

/** What people type: a key or a contact's name, maybe with http:// and a path. */
function visitAddress(text: string): void {
  const [host = '', ...rest] = text
    .trim()
    .replace(/^https?:\/\//, '')
    .split('/')
  const named = contacts.value.find((contact) => contact.name.toLowerCase() === host.toLowerCase())
  go('browse', named?.key ?? host, `/${rest.join('/')}`)
}

/** A link on a page of the network. Others lead out of it: they aren't followed. */
function visitUrl(target: string): void {
  if (!URL.canParse(target)) return
  const { protocol, hostname, pathname, search } = new URL(target)
  if (protocol === 'http:') go('browse', hostname, pathname + search)
}

function decodeName(url: string): string {
  return new URL(url).pathname.split('/').at(-1) || 'file'
}
