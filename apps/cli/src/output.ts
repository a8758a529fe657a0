// Where text goes. stdout carries results: people's text, or with --json one object a line and nothing else.
// stderr carries everything that is about the run: notes, progress, logs, failures.
import { styleText } from 'node:util'
import { createLogUpdate } from 'log-update'

/** Lines at the bottom of the terminal that are drawn over and over; notes appear above them. */
const live = createLogUpdate(process.stderr)
let liveText = ''

/** One JSON object on stdout. */
export function emit(record: object): void {
  process.stdout.write(`${JSON.stringify(record)}\n`)
}

/** Text for people on stdout. */
export function say(text: string): void {
  aboveLive(() => process.stdout.write(`${text}\n`))
}

/** Text for people on stderr. */
export function note(text: string): void {
  aboveLive(() => process.stderr.write(`${text}\n`))
}

/** Replaces the live text; only for a terminal. Empty text takes it away. */
export function draw(text: string): void {
  liveText = text
  if (text !== '') return live(text)
  live.clear()
  live.done()
}

function aboveLive(write: () => void): void {
  if (liveText === '') return void write()
  live.clear()
  write()
  live(liveText)
}

export function dim(text: string): string {
  return styleText('dim', text, { stream: process.stdout })
}

export function bold(text: string): string {
  return styleText('bold', text, { stream: process.stdout })
}
