// Corrupted copies of cases, each with one thing changed.

export interface Mutation {
  /** What was changed, and how. */
  readonly name: string
  /** The top-level field in which it was. */
  readonly field: string
  /** The innermost field. */
  readonly inner: string
  readonly value: unknown
}

type Step = string | number
type Place = { readonly path: readonly Step[]; readonly value: unknown }

const OTHER_KINDS: readonly unknown[] = [{}, 1.5, 'no such value', ['no such value'], [{}], true]

/** Every value replaced by others of the same kind, every list longer and shorter by one. */
export function changedValues(original: object): Mutation[] {
  return places(original).flatMap(({ path, value }) =>
    otherValues(value)
      .filter((other) => other !== value)
      .map((other) => mutate(original, path, `became ${describe(other)}`, other)),
  )
}

/** Every field missing, every value of another kind. */
export function changedKinds(original: object): Mutation[] {
  return places(original).flatMap(({ path, value }) => {
    const others = OTHER_KINDS.filter((other) => typeof other !== 'boolean' || typeof value !== 'boolean')
    const missing = typeof path.at(-1) === 'string' ? [mutate(original, path, 'is missing', undefined)] : []
    return [...missing, ...others.map((other) => mutate(original, path, `became ${describe(other)}`, other))]
  })
}

/** A field too many in the case and in every object within. */
export function surplusFields(original: object): Mutation[] {
  return [{ path: [], value: original }, ...places(original)]
    .filter(({ value }) => isObject(value) && !Array.isArray(value))
    .map(({ path }) => mutate(original, [...path, 'surplus'], 'was added', 1))
}

function otherValues(value: unknown): unknown[] {
  if (value === null) return [0, 1]
  if (typeof value === 'boolean') return [!value]
  if (typeof value === 'number') return [value + 1, value === 0 ? 255 : value - 1]
  if (typeof value === 'string') return otherTexts(value)
  if (!Array.isArray(value)) return []
  if (value.length === 0) return [['1']]
  return [value.slice(1), value.slice(0, -1), [...value, value[0]]]
}

function otherTexts(text: string): string[] {
  if (/^[0-9]{1,20}$/.test(text))
    return [String(BigInt(text) + 1n), BigInt(text) > 0n ? String(BigInt(text) - 1n) : '00']
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) return [`${text}x`, '']
  if (text === '') return ['00']
  const flipped = [0, text.length >> 1, text.length - 1].map((at) => {
    const digit = (Number.parseInt(text.charAt(at), 16) ^ 1).toString(16)
    return text.slice(0, at) + digit + text.slice(at + 1)
  })
  return [...flipped, `${text}00`, text.slice(2), text.slice(0, -1), text.toUpperCase()].filter(
    (it) => it !== text,
  )
}

/** Every field and list item, at any depth. */
function places(value: unknown, path: readonly Step[] = []): Place[] {
  if (!isObject(value)) return []
  const entries: [Step, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return entries
    .filter(([step]) => step !== 'comment')
    .flatMap(([step, inner]) => [{ path: [...path, step], value: inner }, ...places(inner, [...path, step])])
}

/** undefined removes what is there. */
function mutate(original: object, path: readonly Step[], change: string, value: unknown): Mutation {
  const copy = structuredClone(original)
  let place = copy as Record<Step, unknown>
  for (const step of path.slice(0, -1)) place = place[step] as Record<Step, unknown>
  const last = path.at(-1) as Step
  if (value === undefined) delete place[last]
  else place[last] = value
  const names = path.filter((step) => typeof step === 'string')
  return {
    name: `${path.join('.')} ${change}`,
    field: names[0] ?? '',
    inner: names.at(-1) ?? '',
    value: copy,
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function describe(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
