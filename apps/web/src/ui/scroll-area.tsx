import type { ComponentChildren, JSX } from 'preact'

interface ScrollAreaProps {
  readonly class: string
  /** The id of its heading. */
  readonly labelledBy: string
  readonly children: ComponentChildren
}

/** A part of the page that scrolls by itself. */
export function ScrollArea({ class: name, labelledBy, children }: ScrollAreaProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without a mouse, one scrolls what has the focus
    <section class={name} aria-labelledby={labelledBy} tabIndex={0}>
      {children}
    </section>
  )
}
