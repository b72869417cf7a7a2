/**
 * What somebody who helps needs of a Fleet, in one archive: `gather.ts` reads the parts, `redact.ts` takes secrets out of each,
 * `bundle.ts` bounds them and says what is missing, `tar.ts` writes them.
 */
export { folderOf, gatherSupportBundle, type SupportBundle, type SupportQuestion } from './gather.ts'
