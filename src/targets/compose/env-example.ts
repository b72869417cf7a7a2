import type { Layout } from './layout.ts'

/** Every variable that the project takes from `.env`, and what for. Values are the person’s to fill in. */
export function envExample({ secrets, secretFiles }: Layout): string {
  const uses = new Map<string, string[]>()
  for (const { path, reference } of secrets) {
    if (reference.env !== undefined) uses.set(reference.env, [...(uses.get(reference.env) ?? []), path])
  }
  const names = [...uses].toSorted(([one], [other]) => (one < other ? -1 : 1))
  const beside = secretFiles.filter(({ file }) => file.startsWith('./'))
  return [
    ...(names.length === 0
      ? ['# The Fleet refers to no variable.']
      : [
          '# Variables that the Fleet refers to. Copy to .env, fill in, and keep it from others: chmod 600 .env',
          '# A $ in a value stays what it is within single quotation marks.',
        ]),
    ...names.flatMap(([name, paths]) => ['', paths.map((path) => `# ${path}`).join('\n'), `${name}=`]),
    ...(beside.length === 0
      ? []
      : [
          '',
          '# Secrets that are files, beside compose.yaml:',
          ...beside.map(({ file, path }) => `# ${file}: ${path}`),
        ]),
    '',
  ].join('\n')
}
