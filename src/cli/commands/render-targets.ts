/** Platforms that `fairlead render` writes for: those of the Fleet's schema without `local`, which help need not load. */
export const renderTargets: readonly string[] = ['compose', 'kubernetes', 'kserve', 'llmd']

/** Platforms that Fleets run on. */
export const runTargets: readonly string[] = ['local', ...renderTargets]
