/**
 * What `fairlead secrets` shares: which secret a command line means, where its value comes from, and how it is told.
 */
export { askForSecret } from './ask-for-secret.ts'
export { openSecrets, readSecretWords, type SecretWords } from './open-secrets.ts'
export { renderSecrets, tellPickup } from './render-secrets.ts'
