/**
 * `$(NAME)` in a container's command, arguments and variables, as Kubernetes expands it: unknown names stay as they are, and
 * `$$(NAME)` is how to write `$(NAME)`.
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\$|\$\(([^()]*)\)/g, (match, name: string | undefined) =>
    match === '$$' ? '$' : (variables.get(name ?? '') ?? match),
  )
}
