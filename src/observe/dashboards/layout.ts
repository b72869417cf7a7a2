import type { Panel, Section } from './contract.ts'
import type { GrafanaPlace } from './grafana-model.ts'

/** Width of Grafana's grid. */
const gridWidth = 24

/** Width and height by kind: three curves a line, as many numbers as there are up to eight. */
const curves = { width: 8, height: 8 }
const numberHeight = 4

/** A section's heading with its place, or a panel with its. */
export type Placed = { readonly place: GrafanaPlace } & ({ readonly title: string } | { readonly panel: Panel })

/** Lays sections out from top to bottom and their panels from left to right; numbers stand above curves. */
export function layOut(sections: readonly Section[]): readonly Placed[] {
  const placed: Placed[] = []
  let y = 0
  for (const { title, panels } of sections) {
    placed.push({ title, place: { x: 0, y, w: gridWidth, h: 1 } })
    y += 1
    const numbers = panels.filter(({ kind }) => kind === 'number')
    const others = panels.filter(({ kind }) => kind !== 'number')
    const numberWidth = Math.max(3, Math.floor(gridWidth / Math.max(1, numbers.length)))
    for (const [group, width, height] of [
      [numbers, numberWidth, numberHeight],
      [others, curves.width, curves.height],
    ] as const) {
      const perLine = Math.floor(gridWidth / width)
      group.forEach((panel, index) => {
        const place = { x: (index % perLine) * width, y: y + Math.floor(index / perLine) * height, w: width, h: height }
        placed.push({ panel, place })
      })
      y += Math.ceil(group.length / perLine) * height
    }
  }
  return placed
}
