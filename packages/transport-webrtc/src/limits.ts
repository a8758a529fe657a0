/**
 * Bytes that may be on their way or unread in one direction: a data channel can't be paused, so the reader
 * says how much it has read.
 */
export const WINDOW: number = 1024 * 1024

/** The longest message sent, in bytes: every implementation takes as much. */
export const MAX_MESSAGE: number = 64 * 1024

/** Bytes that wait for the window before `write` returns false. */
export const WRITE_LIMIT: number = 256 * 1024

/** The reader tells how much it has read whenever it is this much. */
export const CREDIT_STEP: number = WINDOW / 8

/** The longest session description, in characters. */
export const MAX_DESCRIPTION: number = 16 * 1024

/** How long addresses are looked for before a description is sent without the rest, in milliseconds. */
export const GATHER_LIMIT = 1500

/** How long a link may take to open once both sides have said all, in milliseconds. */
export const OPEN_LIMIT = 10_000

/** Links that are being answered at a time; more are told to come back. */
export const MAX_ANSWERING = 8
