import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../ui/icon.tsx'
import { href, segments } from './location.ts'
import { GROUPS, placeOf } from './places.ts'
import { ThemeChoice } from './theme-choice.tsx'
import { Toasts } from './toasts.tsx'

export function Shell(): JSX.Element {
  const place = placeOf(segments.value[0])
  const main = useRef<HTMLElement>(null)
  useFocusOnMove(place.id, main)
  return (
    <div class="shell">
      <button type="button" class="button skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <div class="sidebar">
        <a class="brand" href={href()}>
          <img src="./icon.svg" alt="" />
          snek
        </a>
        <nav class="nav" aria-label="Places">
          {GROUPS.map((group) => (
            <>
              <span class="label">{group.label}</span>
              {group.places.map(({ id, label, icon, count = none }) => (
                <a key={id} href={href(id)} aria-current={id === place.id ? 'page' : undefined}>
                  <Icon name={icon} />
                  {label}
                  {count() > 0 ? (
                    <span class="count">
                      {count()}
                      <span class="visually-hidden"> unread</span>
                    </span>
                  ) : null}
                </a>
              ))}
            </>
          ))}
        </nav>
        <footer>
          <ThemeChoice />
        </footer>
      </div>
      <main class="main" id="main" ref={main} tabIndex={-1}>
        <place.View />
      </main>
      <Toasts />
    </div>
  )
}

const none = (): number => 0

/** Another place begins at its top, for eyes and for the keyboard. */
function useFocusOnMove(place: string, main: { current: HTMLElement | null }): void {
  const before = useRef(place)
  useEffect(() => {
    if (before.current === place) return
    before.current = place
    main.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [place, main])
}
