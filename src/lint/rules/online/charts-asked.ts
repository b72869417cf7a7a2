import type { ManifestSet, Position } from '../../../manifests/contract.ts'
import { commandLines } from '../../subject/command-lines.ts'

/** A chart that a `helm` command names. */
export interface NamedChart {
  /** As it is told: `oci://ghcr.io/owner/chart 1.2.3`. */
  readonly name: string
  readonly at: Position
  /** `oci://…`, or the address of a chart repository. */
  readonly from: string
  /** The chart in a repository; absent for `oci://`. */
  readonly chart?: string
  /** The exact version that is asked for. */
  readonly version?: string
}

interface Word {
  readonly text: string
  readonly at: Position
}

/** Commands of Helm that take a chart. */
const takesChart = new Set(['install', 'upgrade', 'template', 'pull', 'fetch', 'show', 'inspect'])
/** Flags of Helm that take no value. */
const lone =
  /^(?:-i|-g|--(?:install|wait|atomic|create-namespace|devel|debug|dry-run|force|generate-name|reset-values|reuse-values|untar|verify|skip-crds|include-crds|dependency-update|cleanup-on-fail|no-hooks))$/
const exact = /^v?\d+\.\d+\.\d+[\w.+-]*$/

/** Charts that scripts and runbooks install: from OCI registries, and from repositories that the same files add or name. */
export function chartsNamed(manifests: ManifestSet): NamedChart[] {
  const commands = [...helmCommands(manifests)]
  const repositories = new Map(
    commands.flatMap(([command, second, name, url]) =>
      command?.text === 'repo' && second?.text === 'add' && isAddress(url?.text) ? [[name?.text ?? '', url?.text]] : [],
    ),
  )
  return commands.flatMap((words) => {
    const found = takesChart.has(words[0]?.text ?? '') ? chartOf(words, repositories) : undefined
    return found === undefined || /[{}$<>`()]/.test(found.name) ? [] : [found]
  })
}

const isAddress = (text: string | undefined): text is string => text !== undefined && /^https?:\/\//.test(text)

function chartOf(
  words: readonly Word[],
  repositories: ReadonlyMap<string, string | undefined>,
): NamedChart | undefined {
  const version = valueOf(words, '--version')?.text
  const pinned = version !== undefined && exact.test(version) ? { version } : {}
  const told = (name: string) => (version === undefined ? name : `${name} ${version}`)
  const oci = words.find(({ text }) => text.startsWith('oci://'))
  if (oci !== undefined) return { name: told(oci.text), at: oci.at, from: oci.text, ...pinned }
  const given = valueOf(words, '--repo')?.text
  const rest = positional(words)
  if (isAddress(given)) {
    const chart = rest.at(-1)
    if (chart === undefined || !/^[\w.-]+$/.test(chart.text)) return undefined
    return { name: told(`${chart.text} of ${given}`), at: chart.at, from: given, chart: chart.text, ...pinned }
  }
  for (const { text, at } of rest) {
    const [, alias = '', chart = ''] = /^([\w.-]+)\/([\w.-]+)$/.exec(text) ?? []
    const from = repositories.get(alias)
    if (from !== undefined) return { name: told(text), at, from, chart, ...pinned }
  }
  return undefined
}

function valueOf(words: readonly Word[], flag: string): Word | undefined {
  const index = words.findIndex(({ text }) => text === flag || text.startsWith(`${flag}=`))
  const word = words[index]
  if (word === undefined) return undefined
  return word.text === flag ? words[index + 1] : { ...word, text: word.text.slice(flag.length + 1) }
}

/** Words that are no flag and no flag’s value, without the command itself. */
function positional(words: readonly Word[]): Word[] {
  return words.slice(1).filter(({ text }, index) => {
    const before = words[index]?.text ?? ''
    const isValue = index > 0 && before.startsWith('-') && !before.includes('=') && !lone.test(before)
    return !text.startsWith('-') && !isValue
  })
}

/** The words after each `helm`, over continued lines. */
function* helmCommands(manifests: ManifestSet): Iterable<readonly Word[]> {
  let words: Word[] = []
  let isOpen = false
  for (const { file, line, number, offset } of commandLines(manifests)) {
    for (const match of line.matchAll(/&&|\|\||[;|]|(?:"[^"]*"|'[^']*'|[^\s;|&"'])+/g)) {
      const text = match[0].replaceAll(/["']/g, '')
      if (/^(?:&&|\|\||[;|])$/.test(match[0])) {
        if (words.length > 0) yield words
        words = []
        isOpen = false
      } else if (isOpen && text !== '\\') {
        const start = offset + match.index
        const at = { file, line: number, column: match.index + 1, offset: start, end: start + match[0].length }
        words.push({ text, at })
      } else if (/^(?:.*\/)?helm$/.test(text)) isOpen = true
    }
    if (line.trimEnd().endsWith('\\')) continue
    if (words.length > 0) yield words
    words = []
    isOpen = false
  }
  if (words.length > 0) yield words
}
