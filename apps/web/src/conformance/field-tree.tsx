import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Span } from './bytes-view.tsx'
import type { Field } from './layout.ts'

interface FieldTreeProps {
  readonly fields: readonly Field[]
  readonly marked: Span | undefined
  readonly onMark: (span: Span) => void
  readonly label: string
}

/** Fields in their order; arrow keys go through them, and the bytes of the one in focus are marked. */
export function FieldTree({ fields, marked, onMark, label }: FieldTreeProps): JSX.Element {
  const [focused, setFocused] = useState(0)
  const order = flatten(fields)
  const branch = (list: readonly Field[], level: number): JSX.Element => (
    <ul role={level === 1 ? 'tree' : 'group'} aria-label={level === 1 ? label : undefined}>
      {list.map((field) => {
        const position = order.indexOf(field)
        return (
          <li key={position} role="none">
            <button
              type="button"
              role="treeitem"
              aria-level={level}
              aria-expanded={field.fields.length > 0 ? true : undefined}
              aria-selected={field.start === marked?.start && field.end === marked.end}
              tabIndex={position === focused ? 0 : -1}
              class={`tree-item${isWithin(field, marked) ? ' marked' : ''}`}
              onKeyDown={move}
              onMouseEnter={() => onMark(field)}
              onFocus={() => {
                setFocused(position)
                onMark(field)
              }}
            >
              <span>{field.label}</span>
              <span class="mono tree-value">{field.value}</span>
              <span class="numbers muted tree-at">
                {field.end - field.start > 1 ? `${field.start}–${field.end - 1}` : field.start}
              </span>
            </button>
            {field.fields.length > 0 ? branch(field.fields, level + 1) : null}
          </li>
        )
      })}
    </ul>
  )
  return <div class="tree">{branch(fields, 1)}</div>
}

function flatten(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => [field, ...flatten(field.fields)])
}

function isWithin(field: Field, marked: Span | undefined): boolean {
  return marked !== undefined && field.start >= marked.start && field.end <= marked.end
}

function move(event: KeyboardEvent): void {
  const here = event.currentTarget as HTMLElement
  const items = [...(here.closest('.tree')?.querySelectorAll<HTMLElement>('[role=treeitem]') ?? [])]
  const at = items.indexOf(here)
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key]
  const item = next === undefined ? undefined : items[next]
  if (item === undefined) return
  event.preventDefault()
  item.focus()
}
