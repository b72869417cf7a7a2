import { describe, expect, it } from 'vitest'
import { fleetJsonSchema } from './index.ts'

describe('fleetJsonSchema', () => {
  it('is the file that editors use', async () => {
    await expect(`${JSON.stringify(fleetJsonSchema(), null, 2)}\n`).toMatchFileSnapshot('../../fairlead.schema.json')
  })

  it('refers only to what it defines', () => {
    const schema = fleetJsonSchema()
    const references = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g)].map(([, name]) => name)
    expect(new Set(references)).toEqual(new Set(Object.keys(schema['$defs'] as object)))
  })

  it('holds no keyword that editors do not know', () => {
    expect(JSON.stringify(fleetJsonSchema())).not.toContain('"x-fairlead-')
  })
})
