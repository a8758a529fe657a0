import type { CaseResult } from '@snek/conformance'
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { href } from '../app/location.ts'
import { Icon } from '../ui/icon.tsx'
import { BytesView } from './bytes-view.tsx'
import { byteFields, isCase, parseCases, partition, summarise } from './cases.ts'
import { Properties } from './properties.tsx'
import type { RunFile } from './state.ts'
import { Verdict } from './verdict.tsx'

export function CaseView({ file, index }: { file: RunFile; index: number | undefined }): JSX.Element {
  const cases = useMemo(() => parseCases(file.text), [file.text])
  if (index === undefined)
    return <Nothing text={cases.length === 0 ? '' : 'Choose a case to see its bytes.'} />
  const value = cases[index]
  const result = file.results.find((known) => known.index === index)
  if (value === undefined) return <Nothing text={`${file.name} has no case ${index}.`} />
  const bytes = isCase(value) ? byteFields(file.name, value) : []
  const { given, expected } = isCase(value) ? partition(file.name, value, bytes) : { given: {}, expected: {} }
  return (
    <article class="case stack" aria-label={`Case ${index}`}>
      <header class="case-head">
        <a class="button quiet compact back" href={href('conformance', file.id)}>
          <Icon name="back" size={16} />
          {file.name}
        </a>
        <Step file={file} index={index - 1} icon="back" label="Previous case" last={cases.length - 1} />
        <Step file={file} index={index + 1} icon="forward" label="Next case" last={cases.length - 1} />
      </header>
      <div class="case-title">
        <Verdict passed={result?.passed} />
        <h2>
          <span class="muted">Case {index}</span> {summarise(file.name, value)}
        </h2>
      </div>
      {result === undefined ? null : <Outcome result={result} />}
      {bytes.map((field) => (
        <BytesView key={field.name} field={field} errorAt={errorAt(value)} />
      ))}
      <Properties title="Given" value={given} />
      <Properties title="Expected" value={expected} />
      {isCase(value) ? null : <pre class="mono">{JSON.stringify(value)}</pre>}
    </article>
  )
}

/** What the implementations made of it. */
function Outcome({ result: { failures, implementations } }: { result: CaseResult }): JSX.Element {
  const names = [...new Set([...implementations, ...failures.map((failure) => failure.implementation)])]
  return (
    <section class="outcome" aria-label="What was computed">
      {names.map((name) => {
        const failure = failures.find((candidate) => candidate.implementation === name)
        return (
          <div key={name} class={failure === undefined ? 'passed' : 'failed'}>
            <h3>{name}</h3>
            {failure === undefined ? (
              <p class="muted">got what is expected</p>
            ) : (
              <dl>
                <dt>field</dt>
                <dd class="mono">{failure.field}</dd>
                <dt>expected</dt>
                <dd class="mono">{failure.expected}</dd>
                <dt>got</dt>
                <dd class="mono">{failure.got}</dd>
              </dl>
            )}
          </div>
        )
      })}
    </section>
  )
}

interface StepProps {
  readonly file: RunFile
  readonly index: number
  readonly last: number
  readonly icon: 'back' | 'forward'
  readonly label: string
}

function Step({ file, index, last, icon, label }: StepProps): JSX.Element {
  if (index < 0 || index > last) {
    return (
      <button type="button" class="button quiet icon compact" disabled aria-label={label}>
        <Icon name={icon} size={16} />
      </button>
    )
  }
  return (
    <a class="button quiet icon compact" href={href('conformance', file.id, index)} aria-label={label}>
      <Icon name={icon} size={16} />
    </a>
  )
}

function Nothing({ text }: { text: string }): JSX.Element {
  return (
    <div class="case empty">
      {text === '' ? null : <Icon name="conformance" size={40} />}
      <p>{text}</p>
    </div>
  )
}

/** Where a case says that its bytes are wrong. */
function errorAt(value: unknown): { code: string; offset: number } | undefined {
  if (!isCase(value) || typeof value['error'] !== 'string' || typeof value['offset'] !== 'number')
    return undefined
  return { code: value['error'], offset: value['offset'] }
}
