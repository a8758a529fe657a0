import { afterEach, expect, test, vi } from 'vitest'
import { onStop } from './signals.ts'

afterEach(() => vi.restoreAllMocks())

test.each(['SIGINT', 'SIGTERM'] as const)('%s aborts, and goes on being handled', async (name) => {
  const before = process.listenerCount(name)
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  {
    using stop = onStop()
    process.emit(name, name)
    await stop.requested
    expect(stop.signal.reason).toMatchObject({ code: 'interrupted', message: `interrupted by ${name}` })
    expect(process.listenerCount(name)).toBe(before + 1)
    expect(exit).not.toHaveBeenCalled()
    process.emit(name, name)
    expect(exit).toHaveBeenCalledWith(1)
  }
  expect(process.listenerCount(name)).toBe(before)
})
