import { describe, expect, it } from 'vitest'
import { llamacppBuilds } from './builds.ts'
import lockFile from './package-lock.json' with { type: 'json' }
import { lockedVersion, reduceLock, type PackageLock } from './reduce-lock.ts'

const lock: PackageLock = lockFile

describe('reduceLock', () => {
  it('the shipped lock pins every package by hash and names no registry, so that mirrors work', () => {
    expect(JSON.stringify(lock)).not.toMatch(/"resolved"|https?:\/\/registry/)
    const withoutHash = Object.entries(lock.packages).filter(([path, { integrity }]) => path !== '' && !integrity)
    expect(withoutHash).toEqual([])
    expect(Object.keys(lock.packages).filter((path) => /cuda|vulkan|reflink/.test(path))).toEqual([])
  })

  it.each(llamacppBuilds.map(({ id }) => id))('keeps the build %s and no other', (id) => {
    const { packageJson, packageLock } = reduceLock(lock, id)
    const version = lockedVersion(lock)
    const builds = Object.entries(packageLock.packages).filter(([path]) => path.includes('@node-llama-cpp/'))
    expect(builds.map(([path]) => path)).toEqual([`node_modules/@node-llama-cpp/${id}`])
    expect(builds[0]?.[1].version).toBe(version)
    const dependencies = { 'node-llama-cpp': version, [`@node-llama-cpp/${id}`]: version }
    expect(packageJson).toMatchObject({ dependencies })
    expect(packageLock.packages['']).toMatchObject({ dependencies })
    expect(packageLock.packages['node_modules/@huggingface/jinja']).toBeDefined()
  })
})
