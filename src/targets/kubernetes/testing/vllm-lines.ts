/** Arguments after `vllm serve`, wherever they stand. */
export function vllmLines(objects: readonly unknown[]): string[][] {
  const lines: string[][] = []
  const look = (value: unknown): void => {
    if (Array.isArray(value)) {
      const at = value.indexOf('serve')
      if (at > 0 && value[at - 1] === 'vllm') lines.push(value.slice(at + 1))
      value.forEach(look)
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look)
  }
  look(objects)
  return lines
}
