import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { run } from './run.ts'

const KEY = 'ab'.repeat(32)

let stdout: string
let stderr: string

beforeEach(() => {
  stdout = ''
  stderr = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text
    return true
  })
})

afterEach(() => vi.restoreAllMocks())

describe('wrong usage: exit code 2, one line', () => {
  test.each([
    [[], 'snek --help'],
    [['dance'], "unknown command 'dance'"],
    [['statsu'], 'Did you mean status?'],
    [['up', '--nonsense'], "unknown option '--nonsense'"],
    [['up', '--peer'], 'argument missing'],
    [['up', '--peer', 'nonsense'], 'tcp://host:7117'],
    [['up', '--peer', '127.0.0.1:7117'], 'Write tcp://127.0.0.1:7117.'],
    [['up', '--peer', 'http://127.0.0.1/'], 'no transport for http://'],
    [['up', '--listen', 'wss://127.0.0.1/'], 'no transport for wss://'],
    [['up', '--listen', 'tcp://127.0.0.1'], 'names no port'],
    [['up', '--seed', '1234'], '64 hex digits'],
    [['up', '--seed', KEY, '--key', 'file'], 'cannot be used with'],
    [['up', '--log', 'loud'], 'Allowed choices are debug, info, warn, error, silent.'],
    [['up', 'extra'], 'too many arguments'],
    [['ping'], "missing required argument 'key'"],
    [['ping', 'abc'], 'A key is 64 hex digits'],
    [['ping', KEY, '--count', '0'], 'whole number'],
    [['ping', KEY, '--timeout', '-1'], 'Write seconds'],
    [['ping', KEY, '--seed', KEY], 'add --peer or --listen'],
    [['ping', KEY, '--require-challenge'], 'add --peer or --listen'],
    [['ping', KEY, '--peer', 'tcp://127.0.0.1:1', '--admin', 'x'], 'choose'],
    [['send', KEY, '--protocol', ''], '1 to 255 bytes'],
    [['receive', '--json'], '--json needs --out FILE'],
    [['expose'], "missing required argument 'url'"],
    [['expose', '127.0.0.1:8080'], 'Write http://127.0.0.1:8080.'],
    [['expose', 'http://127.0.0.1:8080/path'], 'give the origin alone'],
    [['expose', 'ftp://127.0.0.1'], 'no http:// or https:// URL'],
    [['expose', 'http://127.0.0.1', '--key', 'x'], 'add --peer or --listen'],
    [['proxy', '--http', '70000'], 'up to 65535'],
    [['proxy', '--socks', 'x'], 'up to 65535'],
    [['proxy', '--protocol', ''], '1 to 255 bytes'],
    [['vectors'], "missing required argument 'dir'"],
    [['completion', 'tcsh'], 'Allowed choices are zsh, bash, fish, powershell.'],
  ])('%j', async (args, message) => {
    expect(await run(args)).toBe(2)
    expect(stderr).toMatch(/^snek: [^\n]+\n$/)
    expect(stderr).toContain(message)
    expect(stdout).toEqual(args.includes('--json') ? expect.stringContaining('"wrong-usage"') : '')
  })
})

describe('help', () => {
  const commands = [
    'keygen',
    'up',
    'status',
    'ping',
    'send',
    'receive',
    'expose',
    'proxy',
    'vectors',
    'completion',
  ]
  test.each<[string[], string]>([
    [['help'], 'Two machines and a file'],
    [['help', 'ping'], 'Examples:'],
    ...commands.map((name): [string[], string] => [[name, '--help'], 'Examples:']),
  ])('%j', async (args, text) => {
    expect(await run(args)).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toContain(text)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110)
  })
})

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish', 'powershell'])('for %s', async (shell) => {
    const lines: unknown[] = []
    vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line))
    expect(await run(['completion', shell])).toBe(0)
    expect(lines.join('\n')).toContain('snek')
  })

  test.each([
    [['st'], 'status'],
    [['up', '--l'], '--listen'],
    [['up', '--log', ''], 'debug'],
    [['ex'], 'expose'],
    [['proxy', '--s'], '--socks'],
    [['completion', ''], 'fish'],
  ])('of %j', async (words, expected) => {
    const lines: unknown[] = []
    vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line))
    expect(await run(['complete', '--', ...words])).toBe(0)
    expect(lines.join('\n')).toContain(expected)
  })
})
