// Shows a stranger's page in a frame of an origin of its own, without scripts. Its policy lets it load
// nothing: images and style sheets come from the page around it, which gets them from the same key.
import type { FromViewer, ToViewer } from './messages.ts'

/** Images and style sheets of a page. */
const RESOURCES_LIMIT = 100
/** Elements that load, run or lead somewhere by themselves. */
const UNWANTED =
  'script, iframe, frame, frameset, object, embed, applet, base, meta, link, template, portal, audio, video, source, track'

const waiting = new Map<string, ((body: Blob) => void)[]>()

addEventListener('message', ({ data, source }: MessageEvent<ToViewer>) => {
  if (source !== parent) return
  if (data.type === 'show') show(data.html, data.url)
  else if (data.body !== undefined) for (const use of waiting.get(data.url) ?? []) use(data.body)
})

document.addEventListener('click', (event) => {
  const link = (event.target as Element | null)?.closest('a[href], area[href]')
  const href = link?.getAttribute('href') ?? ''
  if (link === null || link === undefined) return
  event.preventDefault()
  if (href.startsWith('#')) document.getElementById(href.slice(1))?.scrollIntoView()
  else tell({ type: 'go', url: href })
})

document.addEventListener('submit', (event) => event.preventDefault())

tell({ type: 'ready' })

function show(html: string, url: string): void {
  waiting.clear()
  const page = new DOMParser().parseFromString(html, 'text/html')
  const sheets = [...page.querySelectorAll('link[rel~=stylesheet][href]')].map((link) =>
    link.getAttribute('href'),
  )
  for (const element of page.querySelectorAll(UNWANTED)) element.remove()
  for (const element of page.querySelectorAll('*')) clean(element, url)
  for (const sheet of sheets) if (sheet !== null) addSheet(page, sheet, url)
  document.title = page.title
  document.documentElement.lang = page.documentElement.lang
  document.head.replaceChildren(...page.head.querySelectorAll('style'))
  const body = document.adoptNode(page.body)
  document.body.replaceWith(body)
  scrollTo(0, 0)
}

/** Handlers never run here anyway; what would load is asked for, and links are made absolute. */
function clean(element: Element, base: string): void {
  for (const { name } of [...element.attributes]) {
    if (
      name.startsWith('on') ||
      ['srcset', 'ping', 'target', 'formaction', 'action', 'background'].includes(name)
    ) {
      element.removeAttribute(name)
    }
  }
  if (element instanceof HTMLImageElement) {
    const source = element.getAttribute('src')
    element.removeAttribute('src')
    if (source?.startsWith('data:')) element.setAttribute('src', source)
    else if (source !== null) {
      load(resolve(source, base), (body) => {
        element.src = URL.createObjectURL(body)
      })
    }
  }
  const href = element.getAttribute('href')
  if (href !== null && !href.startsWith('#')) element.setAttribute('href', resolve(href, base) ?? '')
}

function addSheet(page: Document, href: string, base: string): void {
  const style = page.createElement('style')
  page.head.append(style)
  load(resolve(href, base), (body) => {
    void body.text().then((text) => {
      style.textContent = text
    })
  })
}

function load(url: string | undefined, use: (body: Blob) => void): void {
  if (url === undefined || (waiting.size >= RESOURCES_LIMIT && !waiting.has(url))) return
  const users = waiting.get(url)
  if (users !== undefined) {
    users.push(use)
    return
  }
  waiting.set(url, [use])
  tell({ type: 'resource', url })
}

function resolve(href: string, base: string): string | undefined {
  return URL.canParse(href, base) ? new URL(href, base).href : undefined
}

function tell(message: FromViewer): void {
  // The parent's origin isn't known to a frame of an opaque one; nothing secret is said.
  parent.postMessage(message, '*')
}
