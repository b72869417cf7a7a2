import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { digestOfBytes } from '../manifest.ts'

/** Something that a registry was asked. */
export interface Asked {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
  readonly body: string
}

/** What is answered; undefined answers with 404. */
export type Answer = (asked: Asked, request: IncomingMessage, response: ServerResponse) => boolean | undefined

/** A registry that answers what a test wants, and remembers what it was asked. */
export interface ProgrammableRegistry {
  readonly host: string
  readonly asked: Asked[]
  answer: Answer
  close(): Promise<void>
}

/** Starts one on a free port. */
export async function startProgrammableRegistry(): Promise<ProgrammableRegistry> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('error', () => {})
    response.on('error', () => {})
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, url, authorization: headers.authorization, body: Buffer.concat(pieces).toString() }
      asked.push(one)
      if (registry.answer(one, request, response) !== true) response.writeHead(404).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const registry: ProgrammableRegistry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: () => undefined,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  }
  return registry
}

const descriptorOf = (content: string, mediaType: string) => ({
  mediaType,
  digest: digestOfBytes(Buffer.from(content)),
  size: Buffer.byteLength(content),
})

/** An image of one layer, as a registry has it. */
export function imageOf(layer: string) {
  const config = '{"architecture":"amd64","os":"linux"}'
  const layerDescriptor = descriptorOf(layer, 'application/vnd.oci.image.layer.v1.tar')
  const configDescriptor = descriptorOf(config, 'application/vnd.oci.image.config.v1+json')
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config: configDescriptor, layers: [layerDescriptor] })
  return {
    manifest,
    mediaType,
    digest: digestOfBytes(Buffer.from(manifest)),
    layer: layerDescriptor,
    blobs: new Map([
      [layerDescriptor.digest, layer],
      [configDescriptor.digest, config],
    ]),
  }
}

/** Answers for an image as an honest registry does; its manifest under any reference. */
export function honestly(image: ReturnType<typeof imageOf>): Answer {
  return ({ url }, _, response) => {
    if (url.includes('/manifests/')) {
      response.writeHead(200, { 'content-type': image.mediaType, 'docker-content-digest': image.digest })
      response.end(image.manifest)
      return true
    }
    const blob = image.blobs.get(url.split('/').at(-1) ?? '')
    if (blob !== undefined) response.writeHead(200).end(blob)
    return blob !== undefined
  }
}
