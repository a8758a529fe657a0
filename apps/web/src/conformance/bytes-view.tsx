// Bytes as hex, and beside it the fields that they make; either points at the other.
import { encodeHex } from '@snek/wire'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { CopyButton } from '../ui/copy-button.tsx'
import type { ByteField } from './cases.ts'
import { FieldTree } from './field-tree.tsx'
import { layOutFormat } from './formats.ts'
import { type Leaf, leaves, type Row, rows } from './hex-rows.ts'

/** More is shown only when it is asked for: a row is a dozen elements. */
const ROWS_SHOWN = 128

export interface Span {
  readonly start: number
  readonly end: number
}

interface BytesViewProps {
  readonly field: ByteField
  /** Where the case says that they are wrong. */
  readonly errorAt: { readonly code: string; readonly offset: number } | undefined
}

export function BytesView({ field, errorAt }: BytesViewProps): JSX.Element {
  const { name, bytes, format } = field
  const layout = useMemo(() => layOutFormat(format, bytes), [format, bytes])
  const parts = useMemo(() => leaves(layout.fields, bytes.length), [layout, bytes])
  const panes = useRef<HTMLDivElement>(null)
  const [marked, setMarked] = useState<Span | undefined>()
  const [whole, setWhole] = useState(false)
  const all = useMemo(() => rows(bytes, parts), [bytes, parts])
  usePointing(panes, setMarked)
  const shown = whole ? all : all.slice(0, ROWS_SHOWN)
  return (
    <section class="card bytes" aria-label={`${name}, ${countBytes(bytes.length)}`}>
      <header>
        <h3>
          {name} <span class="muted">as {format}</span>
        </h3>
        <span class="row">
          <span class="muted small numbers">{countBytes(bytes.length)}</span>
          <CopyButton text={encodeHex(bytes)} label="Copy hex" />
        </span>
      </header>
      <div class="bytes-panes" ref={panes}>
        <div class="hex-scroll">
          <div
            class="hex mono"
            role="img"
            aria-label={`${countBytes(bytes.length)} as hex; the fields follow`}
          >
            {shown.map((row) => (
              <HexRow key={row.offset} row={row} marked={marked} errorAt={errorAt?.offset} />
            ))}
            {bytes.length === 0 ? <span class="muted">no bytes</span> : null}
          </div>
          {shown.length < all.length ? (
            <button type="button" class="button compact" onClick={() => setWhole(true)}>
              Show all {bytes.length} bytes
            </button>
          ) : null}
        </div>
        <div>
          <FieldTree fields={layout.fields} marked={marked} onMark={setMarked} label={`Fields of ${name}`} />
          {errorAt === undefined ? null : (
            <p class="notice warn small">
              To be refused: <span class="mono">{errorAt.code}</span> at byte {errorAt.offset}
            </p>
          )}
          {layout.error !== undefined && errorAt === undefined ? (
            <p class="notice bad small">
              Can’t be read on: <span class="mono">{layout.error.code}</span> at byte {layout.error.offset}
            </p>
          ) : null}
        </div>
      </div>
    </section>
  )
}

interface HexRowProps {
  readonly row: Row
  readonly marked: Span | undefined
  readonly errorAt: number | undefined
}

function HexRow({ row, marked, errorAt }: HexRowProps): JSX.Element {
  return (
    <div class="hex-row">
      <span class="hex-offset">{row.offset.toString(16).padStart(4, '0')}</span>
      {row.runs.map(({ leaf, start, bytes }) => (
        <span key={start} class={runClass(leaf, marked)} data-start={leaf.start} data-end={leaf.end}>
          {[...bytes].map((byte, at) => (
            <span key={at} class={start + at === errorAt ? 'wrong' : undefined}>
              {encodeHex(Uint8Array.of(byte))}
            </span>
          ))}
        </span>
      ))}
    </div>
  )
}

/** What the mouse points at among the bytes is marked; the tree looks after itself. */
function usePointing(panes: { current: HTMLElement | null }, mark: (span: Span | undefined) => void): void {
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    panes.current?.addEventListener(
      'mouseover',
      ({ target }) => {
        const run = (target as Element).closest<HTMLElement>('.run')
        if (run !== null) mark({ start: Number(run.dataset['start']), end: Number(run.dataset['end']) })
      },
      { signal },
    )
    panes.current?.addEventListener('mouseleave', () => mark(undefined), { signal })
    return () => controller.abort()
  }, [panes, mark])
}

function runClass(leaf: Leaf, marked: Span | undefined): string {
  const isMarked = marked !== undefined && leaf.start >= marked.start && leaf.end <= marked.end
  return `run tint-${leaf.tint}${isMarked ? ' marked' : ''}`
}

function countBytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`
}
