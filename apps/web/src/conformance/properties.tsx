// A case's fields, whatever they are.
import type { JSX } from 'preact'
import type { Case } from './cases.ts'

export function Properties({ title, value }: { title: string; value: Case }): JSX.Element | null {
  if (Object.keys(value).length === 0) return null
  return (
    <section class="card properties" aria-label={title}>
      <h3>{title}</h3>
      <Fields value={value} />
    </section>
  )
}

function Fields({ value }: { value: Case }): JSX.Element {
  return (
    <dl class="fields">
      {Object.entries(value).map(([name, field]) => (
        <div key={name}>
          <dt>{name.replaceAll('_', ' ')}</dt>
          <dd>
            <Value value={field} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Value({ value }: { value: unknown }): JSX.Element {
  if (value === null) return <span class="muted">none</span>
  if (typeof value !== 'object') return <span class="mono">{value === '' ? <Empty /> : String(value)}</span>
  if (!Array.isArray(value)) return <Fields value={value as Case} />
  if (value.length === 0) return <Empty />
  if (value.every((item) => typeof item !== 'object' || item === null)) {
    const isLong = value.some((item) => String(item).length > 20)
    return isLong ? <List items={value} /> : <span class="mono">{value.join(', ')}</span>
  }
  return <List items={value} />
}

function List({ items }: { items: readonly unknown[] }): JSX.Element {
  return (
    <details>
      <summary>
        {items.length} {items.length === 1 ? 'entry' : 'entries'}
      </summary>
      <ol>
        {items.map((item, index) => (
          <li key={index}>
            <Value value={item} />
          </li>
        ))}
      </ol>
    </details>
  )
}

function Empty(): JSX.Element {
  return <span class="muted">empty</span>
}
