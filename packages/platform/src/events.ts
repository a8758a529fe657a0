/** What a `TypedEventTarget` dispatches: an event with a detail of a known type. */
export class TypedEvent<T> extends Event {
  readonly detail: T

  constructor(type: string, detail: T) {
    super(type)
    this.detail = detail
  }
}

export interface ListenerOptions {
  /** Removed after its first event. */
  once?: boolean
  /** Removed when this aborts. */
  signal?: AbortSignal
}

/**
 * Adds and removes listeners as an `EventTarget` does; names and details of the events are typed: `Events`
 * maps the one to the other. For rare events; hot paths call back.
 */
export class TypedEventTarget<Events extends object> {
  readonly #target = new EventTarget()

  addEventListener<K extends keyof Events & string>(
    type: K,
    listener: (event: TypedEvent<Events[K]>) => void,
    options?: ListenerOptions,
  ): void {
    this.#target.addEventListener(type, listener as (event: Event) => void, options)
  }

  removeEventListener<K extends keyof Events & string>(
    type: K,
    listener: (event: TypedEvent<Events[K]>) => void,
  ): void {
    this.#target.removeEventListener(type, listener as (event: Event) => void)
  }

  protected dispatch<K extends keyof Events & string>(type: K, detail: Events[K]): void {
    this.#target.dispatchEvent(new TypedEvent(type, detail))
  }
}
