/**
 * Linting: what is wrong in deployment descriptions for language models, where, why, and what to write instead.
 * Pure: whoever reads files hands their content in.
 */
export type * from './contract.ts'
export { lint, lintManifests } from './run.ts'
export { rules } from './rules/index.ts'
export { chartsNamed, type NamedChart } from './rules/online/charts-asked.ts'
export { imagesNamed, modelsNamed } from './rules/online/names-asked.ts'
export { nearest } from './subject/nearest.ts'
export { applyEdits } from './mend/edits.ts'
export { formatText } from './report/text.ts'
export { toJson } from './report/json.ts'
export { formatGithub } from './report/github.ts'
export { toSarif } from './report/sarif.ts'
export { parseLintConfig } from './suppress/config.ts'
export { renderLintReference } from './report/reference.ts'
