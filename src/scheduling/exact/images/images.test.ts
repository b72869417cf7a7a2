import { describe, expect, it } from 'vitest'
import type { BlockStored } from '../../../engines/index.ts'
import { imageMark, imageSpansOf, layImages, takeImagesOut } from './index.ts'
import { imageNameOf } from './image-name.ts'

const imagePart = (url: unknown, more: object = {}) => ({ type: 'image_url', image_url: { url }, ...more })

describe('the name of an image', () => {
  // Source: vLLM 0.32.0, `ImageMediaIO().load_bytes` and `MultiModalHasher.hash_kwargs('sha256', …)` of images that Pillow
  // 12 wrote.
  it.each([
    [
      'a PNG in colours',
      'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAAEElEQVR4nGP8z4ACmBjw8wEvkQEFsRIyegAAAABJRU5ErkJggg==',
      '38149f6cd6a17fa0061a4ab26b7322ad69bed1f0edaeecda77a4c78f21303d77',
    ],
    [
      'a PNG with transparency',
      'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAYAAABbNsX4AAAAFElEQVR4nGNkZGLmZEADTOgCOAUBBHsAFQkCzecAAAAASUVORK5CYII=',
      'f0c357bf56e76d34dbbc5b65d2e1fdd887036db68378e2cce4f36fbd001434e9',
    ],
    [
      'a grey PNG',
      'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAAAAAB+XZokAAAAEUlEQVR4nGNkZ2BgYGBiQJAAAL8ADdVI0roAAAAASUVORK5CYII=',
      '2e070e7f0903a0b69a861548a568f25364e64b10a393f9044aa24dc87db60a6a',
    ],
    [
      'a PNG with a palette',
      'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAQMAAABh+Fe7AAAAA1BMVEUAAACnej3aAAAADklEQVR4nGP4wcTAxAAABOoA/Wy8K6EAAAAASUVORK5CYII=',
      '4021964bc51eb106f9d6d1dba9a960a3219dc4e3a7787186ad40ad3e2cb96170',
    ],
    [
      'a GIF',
      'R0lGODdhBQADAIAAAAAAAAAAACwAAAAABQADAAAICAABCBxIsGBAADs=',
      '3188afcf8f931c65c9c25ab58ca5f703074334a8104e8fe240364084b28d430e',
    ],
    [
      'a WebP',
      'UklGRjoAAABXRUJQVlA4IC4AAADQAQCdASoFAAMAAUAmJaACdLoB+AADsAD+82mX/mwIGaH0wf+mkeNI8aR8poAA',
      '770634b60c6bb7508667e8d7854f0d4379486438aeb6e989142efa7ab0d66117',
    ],
    [
      'a WebP with transparency',
      'UklGRkwAAABXRUJQVlA4WAoAAAAQAAAABAAAAgAAQUxQSAoAAAABB1CDiAhERP8DVlA4IBwAAABQAQCdASoFAAMAAUAmJaQABDOAAP783pWlmAAA',
      '67f19c5bafd6d3ec622eb0937aae533fc8b294b4494873148aa12f35ffb71c77',
    ],
    [
      'a lossless WebP',
      'UklGRhwAAABXRUJQVlA4TA8AAAAvBIAAAAdQwIj+ByKi/wEA',
      '5396b6aa2def66e51adeb65ed9b6d76f1cda14c942187126027a3f8486229a47',
    ],
    [
      'a lossless WebP with transparency',
      'UklGRh4AAABXRUJQVlA4TBEAAAAvBIAAEAdQhCb0oAaBiOh/AAA=',
      'adebabe6a62e54358d661629d53e3bf9d6169c06988cc7193ebabe437ec6bf3f',
    ],
    [
      'a JPEG',
      '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAADAAUDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDxyiiiv3E8w//Z',
      'cb7e8e8fbef69971161beba67ee7bbde268129cb7af6d0c777a28f2364078adc',
    ],
    [
      'a JPEG for print',
      '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAIBgYHBgUIBwcHCQkICgwUDQwLCwwZEhMPFB0aHx4dGhwcICQuJyAiLCMcHCg3KSwwMTQ0NB8nOT04MjwuMzQy/8AAFAgAAwAFBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD36vfa98r3uv/Z',
      'dfb81de7cd75a02117a7a8df3d1d0ab08471999da8943945d64ff55ea269ed36',
    ],
  ])('is what vLLM calls it: %s', (_kind, base64, name) => {
    const part = imagePart(`data:image/png;base64,${base64}`)
    expect(imageNameOf(part, 'owner/model', [])).toBe(name)
    expect(imageNameOf(part, 'owner/other', [])).not.toBe(name)
  })

  it('is the client’s own where it gives one, with or without the image', () => {
    expect(imageNameOf(imagePart('https://example.com/a.png', { uuid: 'mine' }), 'm', [])).toBe('mine')
    expect(imageNameOf({ type: 'image_url', image_url: null, uuid: 'mine' }, 'm', [])).toBe('mine')
  })

  it.each([
    ['one that the engine fetches', imagePart('https://example.com/a.png')],
    ['one that is not Base64', imagePart('data:image/png,abc')],
    ['a kind that is unknown here', imagePart(`data:image/bmp;base64,${Buffer.alloc(64, 'BM').toString('base64')}`)],
    ['too few bytes', imagePart('data:image/png;base64,iVBORw0KGgo=')],
    [
      'a JPEG without a frame',
      imagePart(`data:image/jpeg;base64,${Buffer.alloc(64, 0xff).fill(0xd8, 1, 2).toString('base64')}`),
    ],
    ['no URL', imagePart(7)],
    ['nothing', { type: 'image_url' }],
    ['an empty name of the client’s', imagePart('data:image/png;base64,', { uuid: '' })],
  ])('is not told of %s', (_what, part) => {
    expect(imageNameOf(part, 'm', [])).toBeNull()
  })
})

describe('a body with images', () => {
  const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAADklEQVR4nGP4z8AARwzIHACH0AWr9dJPVwAAAABJRU5ErkJggg=='
  const part = imagePart(`data:image/png;base64,${picture}`)

  it('is read without them, and they are named as if it had them', () => {
    const whole = { messages: [{ role: 'user', content: [part, { type: 'text', text: 'what? “é”' }, part] }] }
    const body = takeImagesOut(Buffer.from(JSON.stringify(whole)), 1000)
    const read = JSON.parse(body?.text() ?? '') as typeof whole
    expect(body?.images.map(String)).toEqual([picture, picture])
    expect(body?.text()).not.toContain(picture)
    const [first, text] = read.messages[0]?.content ?? []
    expect(text).toEqual({ type: 'text', text: 'what? “é”' })
    expect(imageNameOf(first ?? {}, 'm', body?.images ?? [])).toBe(imageNameOf(part, 'm', []))
  })

  it.each([
    ['text that looks like an image', { type: 'text', text: 'data:image/png;base64,AAAA' }],
    ['an image of another place', imagePart('https://example.com/data:image/png;base64,AAAA')],
    ['text with a quoted URL', { type: 'text', text: '"url":"data:image/png;base64,AAAA"' }],
  ])('keeps %s', (_what, kept) => {
    const text = JSON.stringify([kept])
    const body = takeImagesOut(Buffer.from(text), 1000)
    expect([body?.images, body?.imageBytes, body?.text()]).toEqual([[], 0, text])
  })

  it('is too large by its text alone', () => {
    const text = JSON.stringify([imagePart(`data:image/png;base64,${'A'.repeat(5000)}`)])
    expect(takeImagesOut(Buffer.from(text), 1000)?.images).toHaveLength(1)
    expect(takeImagesOut(Buffer.from(`${text}${' '.repeat(1000)}`), 1000)).toBeNull()
  })

  it.each(['"url":"data:image/png;base64,AAA', '"url":"data:image/', '"data:image/"', ''])(
    'may be broken: %s',
    (text) => {
      const body = takeImagesOut(Buffer.from(text), 1000)
      expect([body?.images, body?.imageBytes, body?.text()]).toEqual([[], 0, text])
    },
  )

  it('is not searched for more images than any chat has', () => {
    const text = JSON.stringify(Array.from({ length: 300 }, () => imagePart('data:image/png;base64,AAAA')))
    expect(takeImagesOut(Buffer.from(text), 100_000)?.images).toHaveLength(256)
    const hostile = Buffer.from('"data:image/'.repeat(600_000))
    expect(takeImagesOut(hostile, 1_000_000)).toBeNull()
  })

  it('names nothing for a number that a client wrote itself', () => {
    expect(imageNameOf(imagePart('data:image/png;base64,#3'), 'm', [])).toBeNull()
  })
})

/** Blocks of four tokens; 9 is a piece of an image. */
const stored = (tokenIds: number[], extraKeys: BlockStored['extraKeys']): BlockStored => ({
  kind: 'stored',
  blockHashes: tokenIds.filter((_, at) => at % 4 === 0).map((_, at) => BigInt(at)),
  parentBlockHash: null,
  tokenIds,
  blockSize: 4,
  loraId: null,
  loraName: null,
  medium: 'GPU',
  extraKeys,
  group: 0,
  specKind: null,
})

describe('images in an event', () => {
  it.each<[string, number[], BlockStored['extraKeys'], ReturnType<typeof imageSpansOf>]>([
    ['none', [1, 2, 3, 4], null, []],
    ['one in a block', [1, 9, 9, 2], [[['a', 1]]], [{ from: 1, to: 3, name: 'a' }]],
    [
      'one through several blocks',
      [1, 2, 3, 9, 9, 9, 9, 9, 9, 5, 6, 7],
      [[['a', 3]], [['a', -1]], [['a', -5]]],
      [{ from: 3, to: 9, name: 'a' }],
    ],
    ['one that began before', [9, 9, 1, 2], [[['a', -3]]], [{ from: 0, to: 2, name: null }]],
    [
      'two, one behind the other',
      [9, 9, 9, 9, 9, 9, 9, 1],
      [
        [
          ['a', 0],
          ['b', 3],
        ],
        [['b', -1]],
      ],
      [
        { from: 0, to: 3, name: 'a' },
        { from: 3, to: 7, name: 'b' },
      ],
    ],
    [
      'one with text of its own before and behind its pieces, and between its rows',
      [1, 7, 9, 9, 6, 9, 9, 8, 2, 3, 4, 5],
      [[['a', 1]], [['a', -3]], null],
      [{ from: 2, to: 7, name: 'a' }],
    ],
    [
      'one whose own text ends a block, its pieces in the next',
      [1, 2, 3, 7, 9, 9, 8, 4],
      [[['a', 3]], [['a', -1]]],
      [{ from: 4, to: 6, name: 'a' }],
    ],
    ['one of which a block has nothing but text', [8, 1, 2, 3], [[['a', -9]]], []],
    ['the token written by somebody, without an image', [1, 9, 9, 2], [['salt']], []],
    ['names without a place, as older engines have them', [1, 9, 9, 2], [['a']], []],
  ])('are found: %s', (_what, tokenIds, extraKeys, spans) => {
    expect(imageSpansOf(stored(tokenIds, extraKeys), 9)).toEqual(spans)
  })
})

describe('a rendered chat', () => {
  const format = { placeholder: '<img>', before: '<s>', after: '<e>', piece: '<p>' }
  const lay = (text: string, names: string[]) => layImages(text, names, format, (given) => Buffer.from(given))

  it('has a mark for each image, that no text can have', () => {
    const mark = imageMark('a')
    expect(mark).toEqual(Buffer.from([0xff, 0x61, 0xff]))
    expect(lay('1<img>2<img>', ['a', 'b'])).toEqual(
      Buffer.concat([Buffer.from('1<s>'), mark, Buffer.from('<e>2<s>'), imageMark('b'), Buffer.from('<e>')]),
    )
    expect(lay('none', [])).toEqual(Buffer.from('none'))
  })

  it.each([
    ['fewer places than images', 'x', ['a']],
    ['more places than images', '<img>and<img>', ['a']],
    ['a piece that somebody wrote', '<img> <p>', ['a']],
  ])('is nothing that can be looked up with %s', (_what, text, names) => {
    expect(lay(text, names)).toBeNull()
  })

  it('bounds names that clients choose', () => {
    expect(imageMark('x'.repeat(100_000))).toHaveLength(258)
  })
})
