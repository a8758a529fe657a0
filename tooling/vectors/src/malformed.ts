// Bytes that a decoder must refuse, with the error and the offset that it must give.
import { announcementCases } from './malformed-announcement.ts'
import type { MalformedCase } from './malformed-case.ts'
import { frameCases } from './malformed-frame.ts'
import { handshakeCases } from './malformed-handshake.ts'
import { bootstrapCases, coordinatesCases, varu64Cases } from './malformed-parts.ts'

export function malformedCases(): MalformedCase[] {
  return [
    ...varu64Cases(),
    ...coordinatesCases(),
    ...handshakeCases(),
    ...frameCases(),
    ...announcementCases(),
    ...bootstrapCases('bootstrap'),
    ...bootstrapCases('broadcast'),
  ]
}
