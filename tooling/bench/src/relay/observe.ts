// Loaded into the process that is measured: says what it took so far when it is asked.
import { PerformanceObserver } from 'node:perf_hooks'
import { machineTime } from './frames.ts'
import type { UsageReport } from './messages.ts'

let garbage = 0
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) garbage += duration
}).observe({ entryTypes: ['gc'] })

process.on('message', ({ type }: { readonly type: string }) => {
  if (type !== 'ask') return
  const { user, system } = process.cpuUsage()
  const usage: UsageReport = {
    type: 'usage',
    time: machineTime(),
    processor: (user + system) / 1000,
    garbage,
    memory: process.memoryUsage.rss(),
  }
  process.send?.(usage)
})
// It shouldn't live on for that.
process.channel?.unref()
