import { describe, expect, it } from 'vitest'
import { imagePlace } from './image-place.ts'

describe('where an image is asked for', () => {
  it.each([
    ['redis', 'https://registry-1.docker.io library/redis latest'],
    ['docker.io/vllm/vllm-openai:v0.32.0', 'https://registry-1.docker.io vllm/vllm-openai v0.32.0'],
    ['vllm/vllm-openai', 'https://registry-1.docker.io vllm/vllm-openai latest'],
    ['ghcr.io/a/b/c:1@sha256:' + 'a'.repeat(64), `https://ghcr.io a/b/c sha256:${'a'.repeat(64)}`],
    ['localhost:5000/a', 'http://localhost:5000 a latest'],
    ['registry.example.org:5000/a:b', 'https://registry.example.org:5000 a b'],
  ])('%s: %s', (image, place) => {
    const { registry, repository, reference } = imagePlace(image) ?? {}
    expect(`${registry} ${repository} ${reference}`).toBe(place)
  })

  it.each(['', 'Upper/Case', 'a b', '../x', 'a//b', 'host.example.org/../../etc:x'])('nowhere for %j', (image) => {
    expect(imagePlace(image)).toBeUndefined()
  })
})
