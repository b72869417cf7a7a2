import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { defaultDownloadSettings } from '../models/index.ts'
import {
  copyImages,
  ImageLayout,
  RegistryClient,
  RegistryRepository,
  resolveImage,
  type RegistryLogins,
} from './index.ts'
import { digestOfBytes } from './manifest.ts'
import {
  honestly,
  imageOf,
  startProgrammableRegistry,
  type Answer,
  type ProgrammableRegistry,
} from './testing/hostile-registry.ts'

const settings = { ...defaultDownloadSettings, attempts: 3, firstBackoffMs: 1, longestBackoffMs: 5 }
const { signal } = new AbortController()
const secret = `Basic ${Buffer.from('user:secret').toString('base64')}`
const logins: RegistryLogins = {
  credentialsFor: async () => ({ kind: 'password', user: 'user', password: 'secret' }),
  helperFor: () => undefined,
}
const progress = {
  step: () => ({ advance: () => {}, update: () => {}, succeed: () => {}, fail: () => {} }),
  note: () => {},
}

let registry: ProgrammableRegistry
let other: ProgrammableRegistry
let client: RegistryClient
let folder: string

beforeEach(async () => {
  ;[registry, other] = await Promise.all([startProgrammableRegistry(), startProgrammableRegistry()])
  client = new RegistryClient({}, { logins, settings })
  folder = mkdtempSync(join(tmpdir(), 'fairlead-registries-'))
})
afterEach(async () => {
  await client.close()
  await Promise.all([registry.close(), other.close()])
  rmSync(folder, { recursive: true, force: true })
})

const placeIn = ({ host }: ProgrammableRegistry) => ({ registry: `http://${host}`, repository: 'lab/engine' })
const repository = (of = registry) => new RegistryRepository(client, placeIn(of))
const blobsOf = (): string[] => readdirSync(join(folder, 'blobs', 'sha256'))

/** Copies the image `v1` of the registry into a folder; throws what failed. */
async function copied(reference = 'v1', platform?: { os: string; architecture: string }) {
  const source = repository()
  const image = await resolveImage(source, reference, platform, { signal, settings })
  const layout = await ImageLayout.create(folder)
  const copy = { title: 'x', image, source, destination: layout.destination(), reference: 'x:v1' }
  const [outcome] = await copyImages([copy], { progress, signal, settings })
  if (outcome?.state === 'failed') throw outcome.error
  return layout
}

const image = imageOf('layer '.repeat(50_000))

// proves B14 (stand-in)
describe('copying from a registry that is not to be trusted', () => {
  it('stores what is whole and right', async () => {
    registry.answer = honestly(image)
    expect((await copied()).names()).toEqual(['x:v1'])
    expect(blobsOf().toSorted()).toEqual([image.digest, ...image.blobs.keys()].map((each) => each.slice(7)).toSorted())
  })

  it.each<[string, (blob: string) => string]>([
    ['other bytes', (blob) => blob.replace('layer', 'trojan').slice(0, blob.length)],
    ['more bytes', (blob) => `${blob}more`],
    ['fewer bytes', (blob) => blob.slice(1)],
  ])('stores no blob that has %s than its digest says, and names no image', async (_, changed) => {
    const honest = honestly(image)
    registry.answer = (asked, request, response) => {
      if (!asked.url.endsWith(image.layer.digest)) return honest(asked, request, response)
      response.writeHead(200).end(changed(image.blobs.get(image.layer.digest) ?? ''))
      return true
    }
    await expect(copied()).rejects.toThrow(image.layer.digest)
    expect(blobsOf()).not.toContain(image.layer.digest.slice(7))
    expect((await ImageLayout.open(folder)).names()).toEqual([])
  })

  it('ends a blob that never ends', async () => {
    const honest = honestly(image)
    registry.answer = (asked, request, response) => {
      if (!asked.url.endsWith(image.layer.digest)) return honest(asked, request, response)
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) continue
        response.once('drain', more)
      }
      more()
      return true
    }
    await expect(copied()).rejects.toThrow('not what its digest says')
  })

  it('ends a manifest that never ends', async () => {
    registry.answer = (_asked, _request, response) => {
      response.writeHead(200, { 'content-type': image.mediaType })
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' '))) continue
        response.once('drain', more)
      }
      more()
      return true
    }
    await expect(copied()).rejects.toThrow('too large')
  })

  it('refuses another manifest than the digest that was asked for', async () => {
    registry.answer = honestly(image)
    await expect(copied(`sha256:${'0'.repeat(64)}`)).rejects.toThrow('not what its digest says')
    // A registry that contradicts itself.
    registry.answer = (_asked, _request, response) => {
      response.writeHead(200, { 'content-type': image.mediaType, 'docker-content-digest': `sha256:${'0'.repeat(64)}` })
      response.end(image.manifest)
      return true
    }
    await expect(copied()).rejects.toThrow('not what its digest says')
  })

  it.each<[string, object]>([
    ['a digest that is a path', { layers: [{ ...image.layer, digest: '../../etc/passwd' }] }],
    ['a size below zero', { layers: [{ ...image.layer, size: -1 }] }],
    ['a size beyond all', { layers: [{ ...image.layer, size: 2 ** 53 }] }],
    ['too many layers', { layers: Array.from({ length: 1_001 }, () => image.layer) }],
    ['another kind of itself', { mediaType: 'application/vnd.oci.image.index.v1+json' }],
    ['an old schema', { schemaVersion: 1 }],
  ])('refuses a manifest with %s', async (_, changes) => {
    const manifest = JSON.stringify({ ...(JSON.parse(image.manifest) as object), ...changes })
    registry.answer = honestly({ ...image, manifest, digest: digestOfBytes(Buffer.from(manifest)) })
    await expect(copied()).rejects.toThrow('manifest that cannot be copied')
  })

  it.each([undefined, { os: 'linux', architecture: 'amd64' }])(
    'follows indices in indices for a while only, for platform %j',
    async (platform) => {
      const type = 'application/vnd.oci.image.index.v1+json'
      const manifests = new Map<string, string>()
      let text = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [] })
      for (let depth = 0; depth < 20; depth += 1) {
        const digest = digestOfBytes(Buffer.from(text))
        manifests.set(digest, text)
        const inner = { mediaType: type, digest, size: text.length, platform: { os: 'linux', architecture: 'amd64' } }
        text = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [inner] })
      }
      registry.answer = ({ url }, _, response) => {
        const found = manifests.get(url.split('/').at(-1) ?? '') ?? text
        response.writeHead(200, { 'content-type': type }).end(found)
        return true
      }
      await expect(copied('v1', platform)).rejects.toThrow('index that is too large')
      expect(registry.asked.length).toBeLessThan(10)
    },
  )

  it('asks again for what was cut off, and gives up in the end', async () => {
    const honest = honestly(image)
    let cuts = 2
    const cutting: Answer = (asked, request, response) => {
      if (!asked.url.endsWith(image.layer.digest) || cuts-- <= 0) return honest(asked, request, response)
      response.writeHead(200, { 'content-length': String(image.layer.size) })
      response.write('layer ', () => response.destroy())
      return true
    }
    registry.answer = cutting
    await copied()
    expect(blobsOf()).toContain(image.layer.digest.slice(7))
    rmSync(folder, { recursive: true })
    cuts = 100
    await expect(copied()).rejects.toThrow(/./)
    expect(blobsOf()).not.toContain(image.layer.digest.slice(7))
  })
})

const layerBytes = async function* () {
  yield Buffer.from('layer')
}

/** Answers honestly whoever has the token, and sends others to a token service. */
const withToken =
  (realm: string, honest: Answer): Answer =>
  (asked, request, response) => {
    if (asked.url.startsWith('/token')) {
      const isKnown = asked.authorization === secret
      response.writeHead(isKnown ? 200 : 401).end(isKnown ? '{"token":"granted"}' : '')
      return true
    }
    if (asked.authorization === 'Bearer granted') return honest(asked, request, response)
    const challenge = `Bearer realm="${realm}",service="registry",scope="repository:lab/engine:pull"`
    response.writeHead(401, { 'www-authenticate': challenge }).end()
    return true
  }

// proves B14 (stand-in)
describe('credentials', () => {
  it('get a token of the service that the registry names', async () => {
    registry.answer = withToken(`http://${registry.host}/token`, honestly(image))
    await copied()
    const login = registry.asked.find(({ url }) => url.startsWith('/token'))
    expect(login).toMatchObject({
      url: '/token?service=registry&scope=repository%3Alab%2Fengine%3Apull',
      authorization: secret,
    })
    expect(registry.asked.filter(({ url }) => url.startsWith('/token'))).toHaveLength(1)
  })

  it('that are an identity token get one by posting it, never in an address', async () => {
    const honest = withToken(`http://${registry.host}/token`, honestly(image))
    registry.answer = (asked, request, response) => {
      if (!asked.url.startsWith('/token')) return honest(asked, request, response)
      const isKnown = asked.method === 'POST' && asked.body.includes('refresh_token=identity')
      response.writeHead(isKnown ? 200 : 401).end('{"access_token":"granted"}')
      return true
    }
    const token: RegistryLogins = {
      ...logins,
      credentialsFor: async () => ({ kind: 'identityToken', token: 'identity' }),
    }
    const fresh = new RegistryClient({}, { logins: token, settings })
    const found = await fresh.manifest({ ...placeIn(registry), reference: 'v1' }, signal)
    await fresh.close()
    expect(found.digest).toBe(image.digest)
    expect(registry.asked.filter(({ url }) => url.includes('identity'))).toEqual([])
  })

  it('go to nobody whom a registry or its token service redirects to', async () => {
    const honest = honestly(image)
    const redirecting: Answer = (asked, request, response) => {
      if (!asked.url.includes('/blobs/')) return honest(asked, request, response)
      response.writeHead(307, { location: `http://${other.host}${asked.url}` }).end()
      return true
    }
    registry.answer = withToken(`http://${registry.host}/token`, redirecting)
    other.answer = honest
    await copied()
    expect(other.asked.length).toBeGreaterThan(0)
    expect(other.asked.map(({ authorization }) => authorization)).toEqual(other.asked.map(() => undefined))

    registry.answer = (asked, _, response) => {
      if (asked.url.startsWith('/token')) response.writeHead(302, { location: `http://${other.host}/token` }).end()
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${registry.host}/token"` }).end()
      return true
    }
    const fresh = new RegistryClient({}, { logins, settings })
    await expect(fresh.manifest({ ...placeIn(registry), reference: 'v1' }, signal)).rejects.toThrow(UserError)
    await fresh.close()
    expect(other.asked.some(({ authorization }) => authorization !== undefined)).toBe(false)
  })

  it('are not sent again and again to a registry that refuses them', async () => {
    registry.answer = (_asked, _request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="lab"' }).end()
      return true
    }
    const refused = copied()
    await expect(refused).rejects.toMatchObject({ parts: { command: `docker login ${registry.host}` } })
    await expect(refused).rejects.not.toThrow('secret')
    expect(registry.asked).toHaveLength(2)
  })

  it('stay at the registry where it has the upload go elsewhere', async () => {
    registry.answer = (asked, _, response) => {
      if (asked.authorization !== secret) response.writeHead(401, { 'www-authenticate': 'Basic realm="lab"' }).end()
      else if (asked.method === 'POST') response.writeHead(202, { location: `http://${other.host}/upload?id=1` }).end()
      else return undefined
      return true
    }
    other.answer = (_asked, _request, response) => {
      response.writeHead(201).end()
      return true
    }
    const digest = digestOfBytes(Buffer.from('layer'))
    await repository().putBlob({ mediaType: 'x', digest, size: 5 }, layerBytes, signal)
    expect(other.asked).toEqual([
      {
        method: 'PUT',
        url: `/upload?id=1&digest=${encodeURIComponent(digest)}`,
        authorization: undefined,
        body: 'layer',
      },
    ])
  })
})

// proves B14 (stand-in)
it('what the source gives wrong is never whole at the destination', async () => {
  const honest = honestly(image)
  registry.answer = (asked, request, response) => {
    if (!asked.url.endsWith(image.layer.digest)) return honest(asked, request, response)
    response.writeHead(200).end('x'.repeat(image.layer.size))
    return true
  }
  const stored: string[] = []
  other.answer = (asked, _, response) => {
    if (asked.method === 'PUT') stored.push(asked.url)
    if (asked.method === 'POST') response.writeHead(202, { location: '/upload' }).end()
    else if (asked.method === 'PUT') response.writeHead(201).end()
    else return undefined
    return true
  }
  const source = repository()
  const resolved = await resolveImage(source, 'v1', undefined, { signal, settings })
  const copy = { title: 'x', image: resolved, source, destination: repository(other), reference: 'v1' }
  const [outcome] = await copyImages([copy], { progress, signal, settings })
  expect(outcome).toMatchObject({
    state: 'failed',
    error: { message: expect.stringContaining('not what its digest') as string },
  })
  // The other blob may be there; neither this one nor a manifest is.
  expect(
    stored.filter((url) => url.includes('manifests') || url.includes(encodeURIComponent(image.layer.digest))),
  ).toEqual([])
})
