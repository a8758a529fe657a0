export type {
  AnnouncementInput,
  Codecs,
  Implementation,
  NextHops,
  PeerState,
  RouteState,
  Signers,
  SnakeLookup,
  StreamOutcome,
  TreeLookup,
} from './implementation.ts'
export { loadImplementations } from './implementations.ts'
export { type CaseResult, type Failure, FILE_NAMES, runVectors, type VectorFile } from './runner.ts'
