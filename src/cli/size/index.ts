/** What `fairlead size` reads and shows. */
export { grouped, money, perSecond } from './amounts.ts'
export { gpusDocument, sizingDocument } from './documents.ts'
export { readModel } from './read-model.ts'
export { readGpu, readQuestion } from './read-request.ts'
export { renderGpus } from './render-gpus.ts'
export { renderSizing } from './render-sizing.ts'
export { sizeEverywhere } from './size-everywhere.ts'
