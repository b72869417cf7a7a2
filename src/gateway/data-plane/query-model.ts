/** The first parameter `model` of a query, with what stands before its value. */
const parameter = /([?&]model=)([^&#]*)/

/** The model that the query of a path names, or null. */
export function queryModelOf(path: string): string | null {
  const value = parameter.exec(path)?.[2]
  if (value === undefined) return null
  try {
    return decodeURIComponent(value.replaceAll('+', ' '))
  } catch {
    return null
  }
}

/** The path with the engine's name where its query names a model; the same text when it says so already. */
export function nameModelInQuery(path: string, engineName: string): string {
  const named = queryModelOf(path)
  if (named === null || named === engineName) return path
  return path.replace(parameter, (_whole, start: string) => start + encodeURIComponent(engineName))
}
