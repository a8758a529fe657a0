export { byteStreamSuite } from './byte-stream-suite.ts'
export { expectSameBytes, pattern, Recorder } from './recorder.ts'
export { type TransportUnderTest, transportSuite } from './transport-suite.ts'
