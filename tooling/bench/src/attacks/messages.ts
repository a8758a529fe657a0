// What an attacker is told when it is started.

export const ATTACKS = [
  'bootstraps',
  'spread bootstraps',
  'long announcements',
  'endless announcements',
] as const

export type Attack = (typeof ATTACKS)[number]

export interface AttackOptions {
  readonly uri: string
  readonly attack: Attack
  /** For how long it must have something to send. */
  readonly seconds: number
}

/** From an attacker: it has made all that it sends, and begins when it is told. */
export type AttackerReport = { readonly type: 'prepared' }
