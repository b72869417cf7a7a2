import { parse } from 'yaml'

type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {})
const namesOf = (value: unknown): string[] => Object.keys(fieldsOf(value))
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : [])

/**
 * Names in a Compose file that lead nowhere, as `docker compose config` finds them: networks, volumes, secrets and services that
 * a service asks for; two services that publish one port; two that are found by one name without meaning to.
 */
export function referenceProblems(text: string): readonly string[] {
  const file = fieldsOf(parse(text))
  const services = Object.entries(fieldsOf(file['services'])).map(([name, value]) => ({
    name,
    service: fieldsOf(value),
  }))
  const known = (section: string) => new Set(namesOf(file[section]))
  const missing = services.flatMap(({ name, service }) => {
    const asked: [section: string, names: string[]][] = [
      ['networks', namesOf(service['networks'])],
      ['services', namesOf(service['depends_on'])],
      ['secrets', listOf(service['secrets']).map(({ source }) => String(source))],
      [
        'volumes',
        listOf(service['volumes']).flatMap(({ type, source }) => (type === 'volume' ? [String(source)] : [])),
      ],
    ]
    return asked.flatMap(([section, names]) =>
      names.filter((each) => !known(section).has(each)).map((each) => `${name}: ${section} has no ${each}`),
    )
  })
  const targets = services.flatMap(({ name, service }) =>
    repeated([...listOf(service['volumes']), ...listOf(service['secrets'])].map(({ target }) => String(target))).map(
      (target) => `${name}: ${target} is mounted twice`,
    ),
  )
  const ports = services.flatMap(({ service }) => (Array.isArray(service['ports']) ? service['ports'].map(String) : []))
  const outside = ports.map((port) => port.replace(/:\d+$/, '')).filter((port) => !port.endsWith(':'))
  return [...missing, ...targets, ...repeated(outside).map((port) => `${port} is published twice`)]
}

const repeated = (texts: readonly string[]) => texts.filter((text, index) => texts.indexOf(text) !== index)
