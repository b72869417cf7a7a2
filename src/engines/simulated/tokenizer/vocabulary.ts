/** Words of the simulated model's answers. The order is part of its behaviour: token ids follow from it. */
const words = `
  a about above across after air all along always among an and apple around as ash at autumn away back bank bark barn
  be bear before bell below beside between bird blue boat bough bread bridge bright brook brown but by calm candle cedar
  clay clear cliff cloud coast cold copper corn crane creek dark dawn day deep deer distant door down dry dusk dust each
  earth east edge elm ember evening every far fern field fire first fish flint flower foam fog forest fox from frost
  garden gate gentle glass gold grain grass gray green ground grove hand harbor harvest hawk hay hazel heather hill home
  honey horse house ice in into iron island it ivy keeper lake lamp lantern leaf light lily linen little long low maple
  marsh meadow mill mist moon morning moss mountain near nest new night north oak oar ocean of old olive on open orchard
  otter over owl paper past path pebble pine plain pond quiet rain raven red reed ridge river road robin rock roof root
  rope rose round rye sail salt sand sea seed shade shell shore silver sky slow small smoke snow soft song south spring
  square star stone storm stream summer sun swallow tall that the their then thistle through tide timber to toward tower
  tree under valley village violet wall warm water wave west wheat where while white wide willow wind window winter with
  wood wool wren yellow young
`
  .trim()
  .split(/\s+/)

const punctuation = [
  '.',
  ',',
  ';',
  ':',
  '!',
  '?',
  '-',
  '(',
  ')',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  '\n',
  ' ',
  '":',
  '","',
  '{"',
  '"}',
]

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** The text of each token of the vocabulary; its index is the token's id. */
export const vocabulary: readonly string[] = [
  ...new Set([
    ...punctuation,
    ...words.flatMap((word) => [word, ` ${word}`, capitalise(word), ` ${capitalise(word)}`]),
  ]),
]

/** How many words there are to choose from. */
export const wordCount = words.length

/** The `index`-th word as it stands in a sentence. */
export function wordAt(index: number, place: 'first' | 'sentence-start' | 'within'): string {
  const word = words[index % words.length] ?? ''
  return place === 'within' ? ` ${word}` : place === 'first' ? capitalise(word) : ` ${capitalise(word)}`
}
