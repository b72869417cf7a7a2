/** The definition's API group and its last name, of `io.k8s.api.apps.v1.DeploymentSpec`: `apps` and `DeploymentSpec`. */
export function partsOf(full: string): { readonly group: string; readonly name: string } {
  const parts = full.split('.')
  return { group: parts.at(-3) ?? '', name: parts.at(-1) ?? full }
}

const isShared = (full: string) => ['core', 'meta'].includes(partsOf(full).group)

/** Short names by definition; a name that several groups have goes to the core group, the others say their group first. */
export function shortNames(definitions: readonly string[]): Map<string, string> {
  const ordered = [...definitions].sort((a, b) => Number(isShared(b)) - Number(isShared(a)) || (a < b ? -1 : 1))
  const taken = new Set<string>()
  const names = new Map<string, string>()
  for (const full of ordered) {
    const { group, name } = partsOf(full)
    const short = taken.has(name) ? `${group[0]?.toUpperCase()}${group.slice(1)}${name}` : name
    taken.add(short)
    names.set(full, short)
  }
  return names
}
