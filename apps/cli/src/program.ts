// The commands, their options and their help. What they do is in commands/, loaded when it is needed.
import tab from '@bomb.sh/tab/commander'
import { Command, Option } from 'commander'
import {
  addListenUri,
  addPeerUri,
  parseCount,
  parseKey,
  parsePort,
  parseProtocol,
  parseSeconds,
  parseSeed,
} from './arguments.ts'
import { DONE, type ExitCode } from './exit.ts'
import { LOG_LEVELS, type LogSetting } from './logging.ts'
import { version } from './version.ts'

/** What a command's module exports: the positional arguments, then the options. */
type Action = (...args: never[]) => Promise<ExitCode | void>

export function createProgram(onOutcome: (code: ExitCode) => void): Command {
  const program = new Command('snek')
    .description('A node of an overlay network: two keys reach each other wherever they are.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureOutput({ writeErr: () => undefined })
    .exitOverride()
    .addHelpText('after', OVERVIEW)

  /** Hands the parsed arguments on, without commander's own last one. */
  const runs =
    (load: () => Promise<Action>) =>
    async (...args: unknown[]): Promise<void> => {
      const action = (await load()) as (...args: unknown[]) => Promise<ExitCode | void>
      onOutcome((await action(...args.slice(0, -1))) ?? DONE)
    }

  program
    .command('keygen')
    .summary('make a key')
    .description('Make a key: the seed, which is the secret, goes to a file; the public key is printed.')
    .option('--out <file>', 'file for the seed, as hex, readable by you alone; never overwritten', 'snek.key')
    .addOption(jsonOption())
    .addHelpText('after', examples('snek keygen', 'snek keygen --out ~/.config/snek.key'))
    .action(runs(async () => (await import('./commands/keygen.ts')).keygen))

  const up = program
    .command('up')
    .summary('run a node')
    .description('Run a node until Ctrl-C. It relays for others, and carries what other commands here send.')
  for (const option of nodeOptions()) up.addOption(option)
  up.addOption(adminOption('where its admin socket is made'))
    .addOption(logOption())
    .addOption(jsonOption())
    .addHelpText('after', UP_HELP)
    .action(runs(async () => (await import('./commands/up.ts')).up))

  program
    .command('status')
    .summary('show the running node')
    .description('Show what the running node knows: its place in the tree, its peers, its routes.')
    .addOption(adminOption('the admin socket of the node'))
    .addOption(jsonOption())
    .addHelpText('after', examples('snek status', "snek status --json | jq '.peers[].key'"))
    .action(runs(async () => (await import('./commands/status.ts')).status))

  const ping = program
    .command('ping')
    .summary('is a key reachable, and how far away?')
    .description('Open a session with the node of a key and measure round trips through it.')
    .argument('<key>', 'public key of the other node', parseKey)
    .addOption(new Option('--count <n>', 'round trips').argParser(parseCount).default(4))
    .addOption(
      new Option('--interval <s>', 'seconds between them').argParser(parseSeconds).default(1000, '1'),
    )
  for (const option of clientOptions()) ping.addOption(option)
  ping.addHelpText('after', PING_HELP).action(runs(async () => (await import('./commands/ping.ts')).ping))

  const send = program
    .command('send')
    .summary('send a file, or what comes in on stdin')
    .description('Send bytes, encrypted end to end, to the `snek receive` at a key.')
    .argument('<key>', 'public key of the receiver', parseKey)
    .argument('[file]', 'file to send; stdin without it')
    .addOption(protocolOption())
  for (const option of clientOptions()) send.addOption(option)
  send.addHelpText('after', SEND_HELP).action(runs(async () => (await import('./commands/send.ts')).send))

  const receive = program
    .command('receive')
    .summary('take what others send')
    .description('Wait for `snek send`, and write what arrives to a file or to stdout.')
    .option('--out <file>', 'file to write; it appears once it is complete; stdout without it')
    .option('--once', 'end after one transfer')
    .addOption(protocolOption())
  for (const option of serverOptions()) receive.addOption(option)
  receive
    .addHelpText('after', RECEIVE_HELP)
    .action(runs(async () => (await import('./commands/receive.ts')).receive))

  const expose = program
    .command('expose')
    .summary('publish a local web service under your key')
    .description('Answer HTTP requests to your key with what a web server on this machine answers.')
    .argument('<url>', 'the web server: http://127.0.0.1:8080')
    .addOption(protocolOption('http'))
  for (const option of serverOptions()) expose.addOption(option)
  expose
    .addHelpText('after', EXPOSE_HELP)
    .action(runs(async () => (await import('./commands/expose.ts')).expose))

  const proxy = program
    .command('proxy')
    .summary('let programs here reach the web services of keys')
    .description(
      'Run an HTTP or SOCKS5 proxy on this machine that leads to keys, for curl, git and the like.',
    )
    .addOption(portOption('--http <port>', 'port of the HTTP proxy, CONNECT included (default: 8118)'))
    .addOption(portOption('--socks <port>', 'port of a SOCKS5 proxy; then --http has to be said too'))
    .addOption(protocolOption('http'))
  for (const option of serverOptions()) proxy.addOption(option)
  proxy.addHelpText('after', PROXY_HELP).action(runs(async () => (await import('./commands/proxy.ts')).proxy))

  program
    .command('vectors')
    .summary('check the implementations against test vectors')
    .description('Run every case of a directory of test vectors through every implementation here.')
    .argument('<dir>', 'directory with varu64.json, frames.json and so on: any of them')
    .addOption(jsonOption())
    .addHelpText('after', examples('snek vectors test-vectors'))
    .action(runs(async () => (await import('./commands/vectors.ts')).vectors))

  tab(program, { completionCommandName: 'completion' })
  describeCompletion(program)
  return program
}

function nodeOptions(): Option[] {
  return [
    new Option(
      '--key <file>',
      'key file, made by snek keygen; without it, a key for this run alone',
    ).conflicts('seed'),
    new Option(
      '--seed <hex>',
      'the seed itself; every user of this machine can see it in ps, so prefer --key',
    ).argParser(parseSeed),
    new Option(
      '--listen <uri>',
      'where others can peer with it: tcp:// or ws://, port 0 for any; repeatable',
    ).argParser(addListenUri),
    new Option(
      '--peer <uri>',
      'a node to peer with, redialled: tcp://, ws:// or wss://; repeatable',
    ).argParser(addPeerUri),
    new Option(
      '--require-challenge',
      'peer with nodes alone that prove that they hold their key now; those of the Go implementation can’t',
    ),
  ]
}

const ADMIN_INSTEAD = 'the admin socket of the running node, instead of --peer and --listen'

/** For commands that serve others, through the running node or one of their own. */
function serverOptions(): Option[] {
  return [...nodeOptions(), adminOption(ADMIN_INSTEAD), logOption(), jsonOption()]
}

/** For commands that ask others, through the running node or one of their own. */
function clientOptions(): Option[] {
  return [
    new Option('--timeout <s>', 'seconds until the other side must have answered')
      .argParser(parseSeconds)
      .default(15_000, '15'),
    ...nodeOptions(),
    adminOption(ADMIN_INSTEAD),
    // What goes wrong ends the command, which says so.
    logOption('error'),
    jsonOption(),
  ]
}

function adminOption(what: string): Option {
  return new Option('--admin <path>', what).default(undefined, 'a socket per user')
}

function protocolOption(name = 'file'): Option {
  return new Option('--protocol <name>', 'what both sides call it').argParser(parseProtocol).default(name)
}

function portOption(flags: string, what: string): Option {
  return new Option(flags, what).argParser(parsePort)
}

function logOption(level: LogSetting = 'warn'): Option {
  return new Option('--log <level>', 'the least important log line to show on stderr')
    .choices(LOG_LEVELS)
    .default(level)
}

function jsonOption(): Option {
  return new Option('--json', 'one JSON object a line on stdout, and nothing else there')
}

function describeCompletion(program: Command): void {
  program.commands
    .find((command) => command.name() === 'completion')
    ?.summary('let the shell complete snek commands')
    .description('Print a script that lets the shell complete snek commands, options and values.')
    .addHelpText(
      'after',
      examples(
        'source <(snek completion bash)',
        'snek completion fish > ~/.config/fish/completions/snek.fish',
      ),
    )
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`
}

const OVERVIEW = `
Two machines and a file, in three steps:
  relay$  snek up --listen tcp://0.0.0.0:7117
  bob$    snek receive --peer tcp://relay:7117 --out photo.jpg --once    prints bob's key
  alice$  snek send KEY photo.jpg --peer tcp://relay:7117

The relay sees ciphertext only. snek help COMMAND tells more about each.
Exit codes: 0 done, 1 failed, 2 wrong usage.`

const UP_HELP = `
A node needs --listen, so that others can peer with it, or --peer, or both.
Its key is its address. Keep it in a file to keep the address.

Examples:
  snek keygen --out node.key
  snek up --key node.key --listen tcp://0.0.0.0:7117 --listen ws://0.0.0.0:7118/
  snek up --key node.key --peer wss://relay.example/
  snek up --listen tcp://127.0.0.1:0 --json        first line: {"event":"ready",…}

Two nodes of one user need sockets of their own: --admin PATH, here and with other commands.`

const PING_HELP = `
Exit code 0 if every round trip came back.

Examples:
  snek ping KEY                                    through the running node
  snek ping KEY --peer tcp://relay.example:7117    with a node of its own
  snek ping KEY --count 1 --json`

const SEND_HELP = `
Both sides print the SHA-256 of what they saw; send fails unless they agree.

Examples:
  snek send KEY photo.jpg                          through the running node
  snek send KEY photo.jpg --peer tcp://relay.example:7117
  tar c src | snek send KEY --protocol backup      to: snek receive --protocol backup`

const RECEIVE_HELP = `
Without --once it goes on: the next transfer replaces FILE, or follows on stdout. Ctrl-C ends it.

Examples:
  snek receive --out photo.jpg --once              through the running node
  snek receive --out photo.jpg --once --peer tcp://relay.example:7117
  snek receive --protocol backup --once | tar x`

const EXPOSE_HELP = `
Whoever knows your key can ask it; X-Snek-Remote-Key tells the web server whose each request is.
WebSockets pass.

Examples:
  snek expose http://127.0.0.1:8080                        through the running node
  snek expose http://127.0.0.1:8080 --peer tcp://relay.example:7117
  snek expose http://127.0.0.1:8008 --protocol matrix      federation of a Matrix homeserver`

const PROXY_HELP = `
Hosts are keys: 64 hex digits, or KEY52.snek, as snek status and snek expose show them. Ports mean nothing.
The proxies listen on 127.0.0.1 and reach nothing outside the overlay.

Examples:
  snek proxy                                               through the running node
  curl -x http://127.0.0.1:8118 http://KEY/
  git -c http.proxy=http://127.0.0.1:8118 clone http://KEY/project.git
  snek proxy --socks 1080
  curl --socks5-hostname 127.0.0.1:1080 http://KEY52.snek/`
