import type { JSX } from 'preact'
import { Icon } from '../ui/icon.tsx'

/** Passed, failed, or not known yet: by shape and words as well as by colour. */
export function Verdict({ passed }: { passed: boolean | undefined }): JSX.Element {
  if (passed === undefined) return <span class="verdict waiting" title="running" />
  return (
    <span class={`verdict ${passed ? 'passed' : 'failed'}`}>
      <Icon name={passed ? 'check' : 'cross'} size={14} />
      <span class="visually-hidden">{passed ? 'passed' : 'failed'}</span>
    </span>
  )
}
