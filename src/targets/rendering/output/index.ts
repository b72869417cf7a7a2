/**
 * How artifacts are written: one stream, a folder of files, a Kustomize base, a Helm chart.
 */
export { filesOf, isObject, streamOf, textOf, type OutputFile } from './files.ts'
export { recordOf, writeFolder, type WrittenFolder } from './write-folder.ts'
export { kustomizeOf } from './kustomize.ts'
export { helmOf, type ChartFacts } from './helm/index.ts'
