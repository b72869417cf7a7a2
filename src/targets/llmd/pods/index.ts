/** Engines as members of InferencePools: labels, sidecars of those that decode, KV events as the picker wants them. */
export { asMember } from './member.ts'
export { decodeAccount } from './sidecar.ts'
export { withMembership } from './membership.ts'
