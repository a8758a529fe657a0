import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('./exits.ts', import.meta.url))

test('a process ends by itself once its nodes are closed, or could not be made', async () => {
  const child = spawn(process.execPath, ['--conditions=@snek/source', PROGRAM], { timeout: 60_000 })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  expect({ code, output }).toEqual({ code: 0, output: 'hello address-in-use closed\n' })
}, 90_000)
