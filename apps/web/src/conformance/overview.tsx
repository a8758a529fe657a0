import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { href } from '../app/location.ts'
import { complain, say } from '../app/toasts.tsx'
import { Icon } from '../ui/icon.tsx'
import { addFiles, files, finished, type RunFile, runAll, sum, totals, trouble } from './state.ts'
import { Verdict } from './verdict.tsx'

export function Overview(): JSX.Element {
  const dropping = useDrop((chosen) => void add(chosen))
  const { passed, failed } = totals.value
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Conformance</h1>
          <p>
            The protocol’s test vectors, run in this page by the TypeScript and the WebAssembly that nodes are
            made of.
          </p>
        </div>
        <div class="row">
          <AddFiles />
          <button type="button" class="button" onClick={() => void runAll()}>
            <Icon name="reload" size={18} />
            Run again
          </button>
        </div>
      </div>
      {trouble.value === undefined ? null : (
        <p class="notice bad" role="alert">
          {trouble.value}
        </p>
      )}
      <section class="card tally" aria-label="Totals" aria-busy={!finished.value}>
        <p class="numbers">
          <strong class="good">{passed.toLocaleString('en')}</strong> passed
        </p>
        <p class="numbers">
          <strong class={failed === 0 ? 'muted' : 'bad'}>{failed.toLocaleString('en')}</strong> failed
        </p>
        <p class="muted tally-state">{finished.value ? `in ${files.value.length} files` : 'running …'}</p>
      </section>
      <ul class="files">
        {files.value.map((file) => (
          <FileRow key={file.id} file={file} />
        ))}
      </ul>
      <p class="muted small">Drop JSON files of your own anywhere on this page to run them, too.</p>
      {dropping ? <div class="drop-hint">Drop vector files to run them</div> : null}
    </>
  )
}

function FileRow({ file }: { file: RunFile }): JSX.Element {
  const { passed, failed } = sum(file.results)
  return (
    <li>
      <a class="file-row" href={href('conformance', file.id)}>
        <Verdict passed={file.done ? failed === 0 : undefined} />
        <span class="mono file-name">{file.name}</span>
        {file.added ? <span class="badge">added</span> : null}
        <span class="numbers muted file-count">
          {failed > 0 ? <span class="bad">{failed} failed, </span> : null}
          {passed} passed
        </span>
        <Icon name="forward" size={16} />
      </a>
    </li>
  )
}

function AddFiles(): JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" class="button" onClick={() => input.current?.click()}>
        <Icon name="plus" size={18} />
        Add files
      </button>
      <input
        ref={input}
        type="file"
        multiple
        accept=".json,application/json"
        hidden
        aria-label="Vector files"
        onChange={({ currentTarget }) => {
          void add([...(currentTarget.files ?? [])])
          currentTarget.value = ''
        }}
      />
    </>
  )
}

async function add(chosen: readonly File[]): Promise<void> {
  const refused = await addFiles(chosen)
  for (const text of refused) complain(text)
  const taken = chosen.length - refused.length
  if (taken > 0)
    say(taken === 1 ? `${chosen[0]?.name ?? 'The file'} was added.` : `${taken} files were added.`)
}

/** Takes files dropped anywhere on the page; true while some hover over it. */
function useDrop(take: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false)
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false
    document.addEventListener(
      'dragover',
      (event) => {
        if (!carriesFiles(event)) return
        event.preventDefault()
        setOver(true)
      },
      { signal },
    )
    document.addEventListener(
      'dragleave',
      (event) => {
        if (event.relatedTarget === null) setOver(false)
      },
      { signal },
    )
    document.addEventListener(
      'drop',
      (event) => {
        if (!carriesFiles(event)) return
        event.preventDefault()
        setOver(false)
        latest.current([...(event.dataTransfer?.files ?? [])])
      },
      { signal },
    )
    return () => controller.abort()
  }, [])
  return over
}
