// A chart of values over time that moves on as they come.
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { paint } from '../app/theme.ts'

export interface ChartSeries {
  readonly label: string
  /** The name of a colour in tokens.css, without dashes. */
  readonly colour: 'accent' | 'warn'
  /** Undefined where there is none. */
  readonly values: readonly (number | undefined)[]
}

interface ChartProps {
  readonly title: string
  /** In ms since the Unix epoch, one for each value. */
  readonly times: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly format: (value: number) => string
}

const HEIGHT = 150
/** What is shown, in seconds. */
const SPAN = 120
/** An axis has at least this much above zero. */
const LEAST = 10

export function Chart({ title, times, series, format }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const colours = paint.value
  const names = series.map(({ label }) => label).join()

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const made = new uPlot(options(element, series, format), toData(times, series), element)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = undefined
    }
    // The data comes below: a chart is made anew only for other lines or colours.
  }, [colours, names])

  useEffect(() => plot.current?.setData(toData(times, series)), [times, series])

  const latest = series.map(({ label, values }) => {
    const value = values.at(-1)
    return `${label} ${value === undefined ? 'unknown' : format(value)}`
  })
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        {series.map(({ label, colour, values }) => (
          <span key={label} class="chart-key small numbers">
            <span class={`swatch ${colour}`} />
            {label} {values.at(-1) === undefined ? '' : format(values.at(-1) ?? 0)}
          </span>
        ))}
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}: ${latest.join(', ')}`} />
    </figure>
  )
}

function options(
  element: HTMLElement,
  series: readonly ChartSeries[],
  format: (value: number) => string,
): uPlot.Options {
  const style = getComputedStyle(element)
  const probe = (name: string): string => resolveColour(element, style.getPropertyValue(`--${name}`))
  const axis = {
    stroke: probe('muted'),
    grid: { stroke: probe('line'), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 30, 0, 0], // half of the last time on the axis
    scales: {
      x: { range: (_, __, max) => [max - SPAN, max] },
      y: { range: (_, __, max) => [0, Math.max(LEAST, (max ?? 0) * 1.15)] },
    },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map(clockTime), space: 90, size: 28 },
      { ...axis, values: (_, ticks) => ticks.map((tick) => format(tick)), size: 78, space: 40 },
    ],
    series: [
      {},
      ...series.map(({ label, colour }) => ({
        label,
        stroke: probe(colour),
        width: 2,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  }
}

/** A canvas doesn't know light-dark(): lets the browser work the colour out. */
function resolveColour(element: HTMLElement, value: string): string {
  const sample = document.createElement('span')
  sample.style.color = value
  element.append(sample)
  const { color } = getComputedStyle(sample)
  sample.remove()
  return color
}

function clockTime(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
}

function toData(times: readonly number[], series: readonly ChartSeries[]): uPlot.AlignedData {
  return [
    times.map((time) => time / 1000),
    ...series.map(({ values }) => values.map((value) => value ?? null)),
  ]
}
