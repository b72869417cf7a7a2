/** An adapter of a model, and its place as the engine takes it. */
export interface DeclaredAdapter {
  readonly name: string
  readonly path: string
}

/** What makes a replica's adapters be those of its model. */
export interface AdapterSteps {
  /** Those that requests may ask it for now. */
  readonly has: ReadonlySet<string>
  /** Comes first: an engine holds so many. */
  readonly unload: readonly string[]
  readonly load: readonly DeclaredAdapter[]
}

/**
 * What to do about the adapters of a replica. One that the engine has is taken to be of the place that the Fleet named when it
 * was first seen. One that no Fleet of this gateway has named is somebody else's and stays.
 * @param listed names of all that the engine has
 * @param known places of those that this gateway knows it to have, by name
 */
export function decideAdapters(
  declared: readonly DeclaredAdapter[],
  listed: ReadonlySet<string>,
  known: ReadonlyMap<string, string>,
): AdapterSteps {
  const isCurrent = ({ name, path }: DeclaredAdapter) => listed.has(name) && (known.get(name) ?? path) === path
  const load = declared.filter((adapter) => !isCurrent(adapter))
  const wanted = new Set(declared.filter(isCurrent).map(({ name }) => name))
  return {
    has: wanted,
    unload: [...known.keys()].filter((name) => listed.has(name) && !wanted.has(name)),
    load,
  }
}
