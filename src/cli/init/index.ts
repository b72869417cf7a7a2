/**
 * Writing a first Fleet file: presets, questions, text.
 */
export { createFolder } from './create-folder.ts'
export { askAnswers, defaultAnswers, type GivenAnswers } from './ask.ts'
export { renderFleetText } from './fleet-text.ts'
export { presetNames } from './preset-names.ts'
