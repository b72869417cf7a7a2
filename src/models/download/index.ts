/**
 * Downloads over HTTP: in parts, over several connections, continued after any interruption, checked as they come.
 */
export { askPatiently, lastCause } from './ask-patiently.ts'
export { downloadFile, type DownloadedFile } from './download-file.ts'
export {
  BodyTooLarge,
  dropBody,
  HttpClient,
  readSmallBody,
  readSmallBytes,
  redirectTarget,
  type HttpAnswer,
} from './http-client.ts'
export { removePartial } from './partial-state.ts'
export { RefusedStatus } from './read-range.ts'
export { isPassing, parseRetryAfter, PassingFailure, passingStatuses, RetryBudget } from './retry.ts'
export { defaultDownloadSettings, type DownloadSettings } from './settings.ts'
export { watchedBody } from './watched-body.ts'
