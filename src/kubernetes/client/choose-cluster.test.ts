import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chooseCluster } from './choose-cluster.ts'
import { findOwnCluster, inClusterCredentials } from './in-cluster.ts'
import { kubeconfigCredentials } from './kubeconfig-credentials.ts'
import { readKubeconfig } from './kubeconfig-files.ts'
import { isPlain, plainCredentials } from './plain-credentials.ts'
import { TokenFile } from './token-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-kubeconfig-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const kubeconfig = (user: object = { token: 'x' }, cluster: object = { server: 'https://one:6443/' }) => ({
  clusters: [{ name: 'c', cluster }],
  users: [{ name: 'u', user }],
  contexts: [{ name: 'lab', context: { cluster: 'c', user: 'u', namespace: 'llm' } }],
  'current-context': 'lab',
})

describe('which cluster is meant', () => {
  it('the one in the home folder, when nothing is said', async () => {
    await file('.kube/config', kubeconfig())
    expect(await chooseCluster({}, { HOME: folder })).toMatchObject({
      context: 'lab',
      server: 'https://one:6443',
      namespace: 'llm',
    })
  })

  it.each([
    ['no file', {}, undefined, 'No Kubernetes cluster is configured'],
    ['another context', { context: 'prod' }, kubeconfig(), 'There is no Kubernetes context prod'],
    ['no context', {}, { ...kubeconfig(), 'current-context': '' }, 'No Kubernetes context is chosen'],
    ['a context without its cluster', {}, { ...kubeconfig(), clusters: [] }, 'Context lab cannot be used'],
    ['no YAML', {}, 'a: [', 'The kubeconfig cannot be used'],
    ['a list', {}, '- a', 'The kubeconfig cannot be used'],
  ])('is told apart from %s', async (_title, choice, content, what) => {
    const environment = { HOME: folder }
    if (content !== undefined) await file('.kube/config', content)
    await expect(chooseCluster(choice, environment)).rejects.toMatchObject({
      parts: { what, mend: expect.any(String) },
    })
  })

  it('by several files: what the first one says holds, and paths start where their file is', async () => {
    const one = await file('one/config', {
      users: [{ name: 'u', user: { 'client-key': 'k.pem', exec: { command: './login' } } }],
    })
    const two = await file('two/config', kubeconfig({}, { server: 'https://two', 'certificate-authority': 'ca.pem' }))
    expect(await readKubeconfig([one, join(folder, 'absent'), two])).toMatchObject({
      files: [one, two],
      clusters: [{ cluster: { 'certificate-authority': join(folder, 'two/ca.pem') } }],
      users: [{ user: { 'client-key': join(folder, 'one/k.pem'), exec: { command: join(folder, 'one/login') } } }],
      currentContext: 'lab',
    })
    const environment = { KUBECONFIG: [join(folder, 'a'), join(folder, 'b')].join(delimiter) }
    await expect(chooseCluster({}, environment)).rejects.toMatchObject({
      parts: { why: 'None of these files is there.' },
    })
  })

  it('a pod has its own, with a token and a certificate that are replaced while it runs', async () => {
    const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
    expect(findOwnCluster(environment, folder)).toBeUndefined()
    await file('token', 'one\n')
    await file('ca.crt', 'first')
    await file('namespace', 'lab')
    expect(findOwnCluster({}, folder)).toBeUndefined()
    const own = findOwnCluster(environment, folder)
    if (own === undefined) throw new Error('it is not found')
    const credentials = await inClusterCredentials(own)
    expect(credentials).toMatchObject({ context: 'in-cluster', server: 'https://[fd00::1]:443', namespace: 'lab' })
    expect(await credentials.identity()).toEqual({ headers: { authorization: 'Bearer one' }, tls: { ca: 'first' } })
    await file('token', 'two')
    await file('ca.crt', 'second')
    credentials.renew()
    expect(await credentials.identity()).toEqual({ headers: { authorization: 'Bearer two' }, tls: { ca: 'second' } })
  })
})

const credentialsOf = (user: object, cluster: object = {}) =>
  kubeconfigCredentials({
    name: 'lab',
    namespace: 'llm',
    cluster: { server: 'https://one', ...cluster },
    user: { ...user },
    files: ['config'],
  })
const base64 = (text: string) => Buffer.from(text).toString('base64')
const absent = () => Promise.reject(Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' }))

describe('as whom', () => {
  it.each([
    ['a token', { token: 't' }, { authorization: 'Bearer t' }],
    ['a password', { username: 'u', password: 'p' }, { authorization: `Basic ${base64('u:p')}` }],
    [
      'somebody else',
      { token: 't', as: 'jane', 'as-groups': ['a', 'b'] },
      { 'impersonate-user': 'jane', 'impersonate-group': ['a', 'b'] },
    ],
    ['nobody', {}, {}],
  ])('by %s', async (_title, user, headers) => {
    expect((await (await credentialsOf(user)).identity()).headers).toMatchObject(headers)
  })

  it('by a certificate, of which the bytes are handed over', async () => {
    const user = { 'client-certificate-data': base64('cert'), 'client-key-data': base64('key') }
    const cluster = { 'certificate-authority-data': base64('ca'), 'tls-server-name': 'api' }
    const { tls } = await (await credentialsOf(user, cluster)).identity()
    expect([tls.ca, tls.cert, tls.key].map(String)).toEqual(['ca', 'cert', 'key'])
    expect(tls.servername).toBe('api')
  })

  it('by a plugin that is not there: what to install', async () => {
    const exec = { command: 'fairlead-no-such-plugin', installHint: 'Get it from example.org.' }
    await expect((await credentialsOf({ exec })).identity()).rejects.toMatchObject({
      parts: { mend: 'Install fairlead-no-such-plugin. Get it from example.org.' },
    })
  })

  it('cannot be had without the package: the command that installs it', async () => {
    const chosen = { name: 'lab', namespace: 'llm', cluster: { server: 'https://one' }, user: {}, files: [] }
    await expect(kubeconfigCredentials(chosen, absent)).rejects.toMatchObject({
      parts: { command: 'npm install @kubernetes/client-node@2.0.1' },
    })
  })
})

describe('as a user who stands in the kubeconfig as a whole', () => {
  const ca = { 'certificate-authority-data': base64('ca') }
  const pair = { 'client-certificate-data': base64('cert'), 'client-key-data': base64('key') }
  it.each([
    ['a token', { token: 't' }, ca],
    ['a certificate', pair, { ...ca, 'tls-server-name': 'api' }],
    ['nobody, of a server that is not checked', {}, { 'insecure-skip-tls-verify': true }],
    ['both', { ...pair, token: 't' }, { ...ca, server: 'https://one:6443/' }],
  ])('%s is told as by the library', async (_title, user, rest) => {
    const cluster = { server: 'https://one', ...rest }
    const chosen = { name: 'lab', namespace: 'llm', cluster, user, files: ['config'] }
    const [own, theirs] = [plainCredentials(chosen), await credentialsOf(user, cluster)]
    expect(isPlain(chosen)).toBe(true)
    expect([own.server, own.context, own.namespace]).toEqual([theirs.server, theirs.context, theirs.namespace])
    expect(await own.identity()).toEqual(await theirs.identity())
  })

  it('reads files for each request, and says which one is gone', async () => {
    const [cert, key, token] = [await file('cert', 'one'), await file('key', 'k'), await file('token', 'a')]
    const user = { 'client-certificate': cert, 'client-key': key, tokenFile: token }
    const own = plainCredentials({
      name: 'lab',
      namespace: 'x',
      cluster: { server: 'https://one' },
      user,
      files: ['config'],
    })
    expect(String((await own.identity()).tls.cert)).toBe('one')
    await file('cert', 'two')
    expect(String((await own.identity()).tls.cert)).toBe('two')
    expect((await own.identity()).headers).toEqual({ authorization: 'Bearer a' })
    await rm(key)
    await expect(own.identity()).rejects.toMatchObject({
      parts: { where: 'config', why: expect.stringContaining(key) },
    })
  })

  it.each([
    [{ exec: { command: 'login' } }, {}],
    [{ token: 't', as: 'jane' }, {}],
    [{ username: 'u', password: 'p' }, {}],
    [{ token: 't' }, { 'proxy-url': 'http://proxy' }],
  ])('is nobody of whom more has to be known: %j %j', (user, rest) => {
    expect(isPlain({ cluster: { server: 'https://one', ...rest }, user })).toBe(false)
  })
})

it('a token is read again before the kubelet lets it expire, and stays where the file is away for a moment', async () => {
  let now = 0
  const path = await file('token', 'one')
  const token = new TokenFile(path, () => now)
  expect(await token.token()).toBe('one')
  await file('token', 'two')
  expect(await token.token()).toBe('one')
  now = 30_000
  expect(await token.token()).toBe('two')
  await rm(path)
  now = 60_000
  expect(await token.token()).toBe('two')
})
