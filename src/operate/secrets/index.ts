/**
 * The verbs over the secrets of a Fleet: whether each is there, writing one, and giving one a new value.
 */
export {
  mostBytesOf,
  readSecretValue,
  secretCommand,
  titleOf as secretTitle,
  usesText as secretUses,
} from '../../targets/secrets/index.ts'
export { checkSecrets, readersBy, rotateSecret, setSecret, type RotatedSecret } from './secrets.ts'
