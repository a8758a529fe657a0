export {
  type Announcement,
  type AnnouncementEntry,
  appendAnnouncementEntry,
  checkAnnouncement,
  decodeAnnouncement,
  MAX_ANNOUNCEMENT_ENTRIES,
  MAX_PORT,
  receiverCoordinates,
  senderCoordinates,
} from './announcement.ts'
export {
  type Bootstrap,
  type Broadcast,
  decodeBootstrap,
  decodeBroadcast,
  encodeBootstrap,
  encodeBroadcast,
} from './bootstrap.ts'
export { answerChallenge, CHALLENGE_LENGTH, checkChallengeAnswer } from './challenge.ts'
export { type Coordinates, decodeCoordinates, encodeCoordinates, treeDistance } from './coordinates.ts'
export { WireError, type WireErrorCode } from './errors.ts'
export {
  type AnnouncementFrame,
  type BootstrapFrame,
  type BroadcastFrame,
  decodeFrame,
  encodeFrame,
  FRAME_HEADER_LENGTH,
  type Frame,
  type FrameHeader,
  FrameType,
  type FrameTypeName,
  type KeepaliveFrame,
  MAX_FRAME_LENGTH,
  peekFrameHeader,
  type TrafficFrame,
} from './frame.ts'
export { FrameCutter } from './frame-cutter.ts'
export {
  answersChallenges,
  CAPABILITIES,
  decodeHandshake,
  encodeHandshake,
  HANDSHAKE_LENGTH,
  type Handshake,
  PROTOCOL_VERSION,
} from './handshake.ts'
export { decodeHex, encodeHex } from './hex.ts'
export { compareKeys, KEY_LENGTH, Key } from './key.ts'
export { SIGNATURE_LENGTH } from './reader.ts'
export type { Signer, Verify } from './signing.ts'
export { decodeVaru64, encodeVaru64, varu64Length } from './varu64.ts'
export { INITIAL_WATERMARK, isWorseWatermark, type Root, type Watermark } from './watermark.ts'
