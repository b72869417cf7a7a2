/** Has replicas that are new answer something small before clients meet them. */
export { WarmUps } from './warm-ups.ts'
