/** Series by minute in promtool's notation: `0+60x20` grows by 60 twenty times, `1x20` stays. */
export type Series = Readonly<Record<string, string>>

/** When an alert fires, with what it then says, and when it does not. */
export interface AlertCase {
  readonly alert: string
  /** Minute at which the others are looked at; the alert's `for` is over by then. */
  readonly at: number
  readonly fires: readonly {
    readonly when: string
    readonly series: Series
    /** Labels beside severity and fleet. */
    readonly labels: Readonly<Record<string, string>>
    readonly says: readonly [summary: string, description: string]
  }[]
  readonly silent: readonly { readonly when: string; readonly series: Series }[]
}
