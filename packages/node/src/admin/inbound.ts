/** A readable side that is filled by pushing; `push` waits until what it pushed is wanted. */
export class Inbound {
  readonly readable: ReadableStream<Uint8Array>
  #controller!: ReadableStreamDefaultController<Uint8Array>
  #wanted: () => void = () => undefined
  #open = true

  constructor(onCancel: (reason: unknown) => Promise<void>) {
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#controller = controller
      },
      pull: () => this.#wanted(),
      cancel: (reason) => {
        this.#stop()
        return onCancel(reason)
      },
    })
  }

  /** Drops the bytes if nobody will read them any more. */
  async push(bytes: Uint8Array): Promise<void> {
    if (!this.#open) return
    this.#controller.enqueue(bytes)
    if ((this.#controller.desiredSize ?? 0) > 0) return
    await new Promise<void>((resolve) => {
      this.#wanted = resolve
    })
  }

  end(): void {
    if (!this.#open) return
    this.#stop()
    this.#controller.close()
  }

  fail(reason: Error): void {
    if (!this.#open) return
    this.#stop()
    this.#controller.error(reason)
  }

  #stop(): void {
    this.#open = false
    this.#wanted()
  }
}
