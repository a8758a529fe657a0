// Test vectors in front of one's eyes: run in this page, by the code that its node runs on.
import { useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { segments } from '../app/location.ts'
import { CaseView } from './case-view.tsx'
import { FileView } from './file-view.tsx'
import { Overview } from './overview.tsx'
import { files, finished, startRun, totals } from './state.ts'

export function Conformance(): JSX.Element {
  useEffect(startRun, [])
  useTitle()
  const [, id, index] = segments.value
  const file = files.value.find((known) => known.id === id)
  if (file === undefined) return <Overview />
  const number = index !== undefined && /^\d+$/.test(index) ? Number(index) : undefined
  return (
    <div class={`vectors ${number === undefined ? '' : 'with-case'}`}>
      <FileView file={file} selected={number} />
      <CaseView file={file} index={number} />
    </div>
  )
}

/** Says the outcome where whoever drives the browser finds it, too. */
function useTitle(): void {
  useSignalEffect(() => {
    const { passed, failed } = totals.value
    document.title = `${passed} passed, ${failed} failed${finished.value ? '' : ' so far'} · snek`
  })
  useEffect(
    () => () => {
      document.title = 'snek'
    },
    [],
  )
}
