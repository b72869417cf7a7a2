/**
 * The secrets of a Fleet: which ones it refers to and from where, what a value of one may be, and what is said where one is
 * absent. Pure; each target looks and writes where it keeps them.
 */
export { chooseSecret } from './choose-secret.ts'
export {
  fleetSecrets,
  secretCommand,
  titleOf,
  usesText,
  type SecretPlacing,
  type SecretSource,
} from './fleet-secrets.ts'
export { type NamedReference } from './named-secrets.ts'
export { absenceAction, absenceText, absentOf, mendOf, refuseAbsent } from './refuse-absent.ts'
export { mostBytesOf, readSecretValue } from './secret-value.ts'
