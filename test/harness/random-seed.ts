/**
 * Property tests draw from `FAIRLEAD_TEST_SEED` (a whole number) where that is set, as `.ci/run` does with a number made
 * of the commit’s tree: the same files then have one verdict. Without it every run draws anew.
 */
const seed = process.env.FAIRLEAD_TEST_SEED
if (seed !== undefined && seed !== '') {
  const { configureGlobal } = await import('fast-check')
  configureGlobal({ seed: Number(seed) })
}
