// A page that someone else wrote, in a frame that can do nothing but show it.
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { FromViewer, ToViewer } from '../viewer/messages.ts'
import { ask } from './client.ts'
import type { Fetched } from './protocol.ts'

/** Images and style sheets that a page may ask for. */
const RESOURCES_LIMIT = 100

interface StrangersPageProps {
  readonly fetched: Fetched
  readonly onGo: (url: string) => void
}

export function StrangersPage({ fetched, onGo }: StrangersPageProps): JSX.Element {
  const frame = useRef<HTMLIFrameElement>(null)
  useEffect(() => {
    const viewer = frame.current?.contentWindow
    let asked = 0
    const tell = (message: ToViewer): void => viewer?.postMessage(message, '*') // its origin is opaque
    const take = async (message: Partial<FromViewer>): Promise<void> => {
      if (message.type === 'ready') {
        tell({ type: 'show', html: await fetched.body.text(), url: fetched.url })
      } else if (message.type === 'go' && typeof message.url === 'string') {
        onGo(message.url)
      } else if (message.type === 'resource' && typeof message.url === 'string' && asked < RESOURCES_LIMIT) {
        asked += 1
        tell({ type: 'resource', url: message.url, body: await load(message.url, fetched.url) })
      }
    }
    const onMessage = ({ data, source }: MessageEvent): void => {
      if (source === viewer && typeof data === 'object' && data !== null) void take(data)
    }
    addEventListener('message', onMessage)
    return () => removeEventListener('message', onMessage)
  }, [fetched, onGo])
  return (
    <iframe
      key={fetched.url}
      ref={frame}
      class="strangers-page"
      title="A page of the network"
      src="./viewer.html"
      sandbox="allow-scripts"
      referrerpolicy="no-referrer"
    />
  )
}

/** A resource of a page: from the same key, or there is none. */
async function load(url: string, page: string): Promise<Blob | undefined> {
  if (!URL.canParse(url) || new URL(url).origin !== new URL(page).origin) return undefined
  try {
    const { status, body } = await ask('fetch', url)
    return status === 200 ? body : undefined
  } catch {
    return undefined // the page is shown without it
  }
}
