export { IdentityError, type IdentityErrorCode } from './errors.ts'
export { createIdentity, type Identity, SEED_LENGTH, verify } from './identity.ts'
export { loadVerifier, type Verifier, verifierBy } from './verifier.ts'
