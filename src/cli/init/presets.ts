import type { PresetName } from './preset-names.ts'

/** What a preset is, for the person who chooses, and what it answers by itself. */
export interface Preset {
  readonly name: PresetName
  readonly label: string
  readonly hint: string
  readonly model: string
}

/** The presets in the order in which they are offered. */
export const presets: readonly Preset[] = [
  {
    name: 'laptop',
    label: 'A small model on this machine',
    hint: 'llama.cpp on the CPU, SmolLM2, 98 MB',
    model: 'smollm2',
  },
  {
    name: 'simulated',
    label: 'Simulated engines',
    hint: 'no model; for trying out clients and the gateway',
    model: 'simulated',
  },
  { name: 'external', label: 'A server that runs already', hint: 'any OpenAI-compatible URL', model: 'model' },
]
