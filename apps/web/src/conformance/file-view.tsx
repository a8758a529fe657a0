import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { href } from '../app/location.ts'
import { Icon } from '../ui/icon.tsx'
import { parseCases, summarise } from './cases.ts'
import { type RunFile, sum } from './state.ts'
import { Verdict } from './verdict.tsx'

type Shown = 'all' | 'passed' | 'failed'

export function FileView({ file, selected }: { file: RunFile; selected: number | undefined }): JSX.Element {
  const [shown, setShown] = useState<Shown>('all')
  const [query, setQuery] = useState('')
  const cases = useMemo(() => parseCases(file.text), [file.text])
  const { passed, failed } = sum(file.results)
  const counts: Readonly<Record<Shown, number>> = { all: file.results.length, passed, failed }
  const words = query.trim().toLowerCase()
  const rows = file.results.flatMap((result) => {
    if (result.index === undefined || (shown !== 'all' && result.passed !== (shown === 'passed'))) return []
    const summary = summarise(file.name, cases[result.index])
    const found = words === '' || summary.toLowerCase().includes(words) || String(result.index) === words
    return found ? [{ index: result.index, passed: result.passed, summary }] : []
  })
  const refusal = file.results.find((result) => result.index === undefined)?.failures[0]

  return (
    <div class="cases">
      <div class="cases-head">
        <a class="button quiet compact back" href={href('conformance')}>
          <Icon name="back" size={16} />
          All files
        </a>
        <h1 class="mono">{file.name}</h1>
        {refusal === undefined ? (
          <>
            <fieldset class="chips" aria-label="Cases to show">
              {(['all', 'passed', 'failed'] as const).map((choice) => (
                <button
                  key={choice}
                  type="button"
                  aria-pressed={shown === choice}
                  onClick={() => setShown(choice)}
                >
                  {choice} <span class="numbers">{counts[choice]}</span>
                </button>
              ))}
            </fieldset>
            <input
              class="input"
              type="search"
              placeholder="Filter by words or number"
              aria-label="Filter by words or number"
              value={query}
              onInput={({ currentTarget }) => setQuery(currentTarget.value)}
            />
          </>
        ) : (
          <div class="notice bad">
            <p>
              <strong>This isn’t a vector file.</strong> Expected {refusal.expected}; got: {refusal.got}.
            </p>
          </div>
        )}
      </div>
      <ol class="case-list" onKeyDown={moveThrough}>
        {rows.map(({ index, passed: ok, summary }) => (
          <li key={index}>
            <a
              class="case-row"
              href={href('conformance', file.id, index)}
              aria-current={index === selected ? 'true' : undefined}
            >
              <Verdict passed={ok} />
              <span class="numbers muted">{index}</span>
              <span class="case-summary">{summary}</span>
            </a>
          </li>
        ))}
      </ol>
      {rows.length === 0 && file.done && refusal === undefined ? (
        <div class="empty">
          <p>No such case.</p>
          <button
            type="button"
            class="button compact"
            onClick={() => {
              setShown('all')
              setQuery('')
            }}
          >
            Show all
          </button>
        </div>
      ) : null}
    </div>
  )
}

/** Up and down go through the list and show what they come to. */
function moveThrough(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const list = event.currentTarget
  if (step === undefined || !(list instanceof HTMLElement)) return
  const links = [...list.querySelectorAll<HTMLAnchorElement>('a')]
  const next = links[links.indexOf(event.target as HTMLAnchorElement) + step]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
  if (matchMedia('(min-width: 52rem)').matches) next.click()
}
