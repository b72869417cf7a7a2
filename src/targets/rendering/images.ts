import { factsFor } from '../../engines/index.ts'
import type { Fleet, Model } from '../../fleet/index.ts'

/** The gateway’s image, which holds our own engines and every command of Fairlead. */
export const ownImage = 'ghcr.io/fairlead/fairlead'

/**
 * An image as the Fleet’s registry has it: `storage.images.registry` takes the place of the registry’s host, so that
 * `docker.io/vllm/vllm-openai:v1` becomes `registry.example.org/mirror/vllm/vllm-openai:v1`, as mirrors lay them out. One of
 * `storage.images.digests` is pinned by it; the tag stays for people, and nothing reads it (distribution/reference, `name:tag@digest`).
 */
export function imageAt(image: string, { storage }: Pick<Fleet, 'storage'>): string {
  const { registry } = storage.images
  const digest = pinOf(image, storage)
  const pinned = digest === undefined ? image : `${image.split('@')[0]}@${digest}`
  return registry === undefined ? pinned : underRegistry(pinned, registry)
}

/** Where a mirror has an image: its prefix in place of the registry’s host. */
export function underRegistry(image: string, prefix: string): string {
  const [host = '', ...rest] = image.split('/')
  const isHost = rest.length > 0 && (/[.:]/.test(host) || host === 'localhost')
  return `${prefix.replace(/\/+$/, '')}/${isHost ? rest.join('/') : image}`
}

const pinOf = (image: string, { images: { digests } }: Fleet['storage']): string | undefined =>
  Object.hasOwn(digests, image) ? digests[image] : undefined

/** Fairlead’s own image. */
export const gatewayImage = (fleet: Pick<Fleet, 'storage'>, version: string): string =>
  imageAt(`${ownImage}:${version}`, fleet)

/**
 * The image of a model’s engine: the Fleet’s own word, as it is unless `storage.images.digests` names it; else the engine’s release of the version whose command line
 * is known. Tags by the projects’ release pages: vllm/vllm-openai `v0.32.0`, lmsysorg/sglang `v0.5.3`, llama.cpp
 * `server-b10434` for processors and `server-cuda-b10434` for NVIDIA GPUs.
 */
export function engineImage(model: Model, gpus: number, fleet: Pick<Fleet, 'storage'>, version: string): string {
  if (model.image !== undefined)
    return pinOf(model.image, fleet.storage) === undefined ? model.image : imageAt(model.image, fleet)
  const { engine, engineVersion } = model
  switch (engine) {
    case 'vllm':
      return imageAt(`docker.io/vllm/vllm-openai:v${plain(engineVersion ?? factsFor('vllm').version)}`, fleet)
    case 'sglang':
      return imageAt(`docker.io/lmsysorg/sglang:v${plain(engineVersion ?? factsFor('sglang').version)}`, fleet)
    case 'llamacpp': {
      const kind = gpus > 0 ? 'server-cuda' : 'server'
      return imageAt(`ghcr.io/ggml-org/llama.cpp:${kind}-${engineVersion ?? factsFor('llamacpp').version}`, fleet)
    }
    case 'simulated':
    case 'external':
      return gatewayImage(fleet, version)
  }
}

const plain = (version: string) => version.replace(/^v/, '')
