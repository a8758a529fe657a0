// The process: arguments in, exit code out.
import { FAILED } from './exit.ts'
import { run } from './run.ts'

// Whoever reads our output stopped reading (`snek up | head -1`): end as if told to.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (!process.emit('SIGTERM')) process.exit(FAILED)
  })
}

process.exitCode = await run(process.argv.slice(2))
