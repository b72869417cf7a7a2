/**
 * Writing a first Fleet file: presets, questions, text.
 */
export { askAnswers, defaultAnswers, type GivenAnswers } from './ask.ts'
export { renderFleetText } from './fleet-text.ts'
export { presetNames } from './preset-names.ts'
