import { verify } from '@snek/identity'
import { announcementAction } from '@snek/router'
import {
  answerChallenge,
  appendAnnouncementEntry,
  checkAnnouncement,
  checkChallengeAnswer,
  decodeAnnouncement,
  decodeBootstrap,
  decodeBroadcast,
  decodeCoordinates,
  decodeFrame,
  decodeHandshake,
  decodeVaru64,
  encodeBootstrap,
  encodeBroadcast,
  encodeCoordinates,
  encodeFrame,
  encodeHandshake,
  encodeVaru64,
  FrameCutter,
  FrameType,
  type FrameTypeName,
  treeDistance,
  WireError,
} from '@snek/wire'
import type { Implementation, StreamOutcome } from './implementation.ts'

/** @snek/wire, @snek/identity and what the router decides. */
export const typescript: Implementation = {
  name: 'typescript',
  codecs: {
    encodeVaru64,
    decodeVaru64,
    encodeCoordinates,
    decodeCoordinates,
    treeDistance,
    encodeFrame,
    decodeFrame,
    decodeHandshake,
    decodeAnnouncement,
    checkAnnouncement,
    decodeBootstrap,
    decodeBroadcast,
  },
  signers: {
    encodeHandshake,
    answerChallenge,
    checkChallengeAnswer,
    appendAnnouncementEntry,
    encodeBootstrap,
    encodeBroadcast,
  },
  verify,
  announcementAction,
  readStream,
}

function readStream(chunks: readonly Uint8Array[]): StreamOutcome {
  const frames: Uint8Array[] = []
  const shows = Object.keys(FrameType) as FrameTypeName[]
  const cutter = new FrameCutter((frame) => {
    decodeFrame(frame)
    frames.push(frame)
  })
  try {
    for (const chunk of chunks) cutter.push(chunk)
    return { frames, shows, error: undefined }
  } catch (error) {
    if (error instanceof WireError) return { frames, shows, error }
    throw error
  }
}
