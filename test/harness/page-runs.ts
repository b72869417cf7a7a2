import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository, type World } from './world.ts'

/** Pages whose console blocks are run, in the order in which a Fleet lives. */
const folder = join(repository, 'docs', 'operate')

/** One command of a page, and what the page says that it prints. */
export interface PageCommand {
  readonly page: string
  /** Without the `$ `. */
  readonly line: string
  readonly printed: string
}

/** A page in pieces: what is kept as it is, files to write, and commands of one target. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly text: string; readonly name: string; readonly content: string }
  | { readonly kind: 'run'; readonly text: string; readonly place: string; readonly commands: readonly PageCommand[] }

const block = /<!-- (write|run) ([\w.-]+) -->\n```\w+\n([\s\S]*?)```\n/g

function piecesOf(page: string, text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(block)) {
    const [whole, kind, name = '', content = ''] = match
    pieces.push({ kind: 'text', text: text.slice(from, match.index) })
    from = match.index + whole.length
    if (kind === 'write') pieces.push({ kind: 'file', text: whole, name, content })
    else pieces.push({ kind: 'run', text: whole, place: name, commands: commandsOf(page, content) })
  }
  return [...pieces, { kind: 'text', text: text.slice(from) }]
}

function commandsOf(page: string, content: string): readonly PageCommand[] {
  return content
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = '', ...printed] = part.split('\n')
      return { page, line, printed: printed.join('\n').trimEnd() }
    })
}

/** What differs from one run to the next: numbers, times, names that Kubernetes makes up, and the widths that follow. */
export function withoutChance(text: string): string {
  return (
    text
      .replaceAll(/-[a-z0-9]{6,10}-[a-z0-9]{5}\b/g, '-POD')
      .replaceAll(/\d+(\.\d+)? (ms|s)\b/g, 'TIME')
      .replaceAll(/\d+(\.\d+)?/g, 'N')
      // A gateway or an engine of a busy machine that has not told its load in time is told of as -, with a line that says why.
      .replaceAll(/^load not known: .*$/gm, '')
      .replaceAll(/\bN%/g, 'N')
      // As many as this machine has cores for; and a count that the gateway has not told yet.
      .replaceAll(/\bN threads?\b/g, 'N threads')
      .replaceAll(/(?<= )-(?=\s|$)/gm, 'N')
      .replaceAll(/[ \t]+/g, ' ')
      .trim()
  )
}

/** A command that was run, beside what its page says. */
export interface PageRun extends PageCommand {
  readonly now: string
}

/**
 * Runs the commands of one target on all pages, in a world, one after the other; files of the pages are written as they come.
 * With FAIRLEAD_UPDATE_PAGES=1 the pages get what was printed.
 * @param run gives what a command prints; the line is as it stands on the page
 */
export async function runPages(
  place: string,
  world: World,
  run: (line: string) => Promise<string>,
): Promise<readonly PageRun[]> {
  const runs: PageRun[] = []
  const names = readdirSync(folder).filter((name) => /^\d.*\.md$/.test(name))
  for (const page of names.toSorted()) {
    const path = join(folder, page)
    let text = ''
    for (const piece of piecesOf(page, readFileSync(path, 'utf8'))) {
      if (piece.kind === 'file') await world.write(piece.name, piece.content)
      if (piece.kind !== 'run' || piece.place !== place) {
        text += piece.text
        continue
      }
      text += `<!-- run ${place} -->\n\`\`\`console\n`
      for (const command of piece.commands) {
        const now = (await run(command.line)).trimEnd()
        runs.push({ ...command, now })
        text += `$ ${command.line}\n${now === '' ? '' : `${now}\n`}`
      }
      text += '```\n'
    }
    if (process.env['FAIRLEAD_UPDATE_PAGES'] === '1') writeFileSync(path, text)
  }
  return runs
}
