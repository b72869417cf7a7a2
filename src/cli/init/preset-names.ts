/** What `fairlead init` can start from; apart from the presets, so that help need not load them. */
export const presetNames = ['laptop', 'simulated', 'external'] as const
/** One of the presets. */
export type PresetName = (typeof presetNames)[number]
