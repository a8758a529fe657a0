// Exit code 0 if node_modules holds what package-lock.json asks for, 1 if `npm ci` is due.
import { existsSync, readFileSync } from 'node:fs'

const installed = 'node_modules/.package-lock.json'
const packages = (lock) => JSON.parse(readFileSync(lock, 'utf8')).packages

function isCurrent() {
  if (!existsSync(installed)) return false
  const have = packages(installed)
  return Object.entries(packages('package-lock.json')).every(([path, wanted]) => {
    // The workspace itself is not in node_modules; what is for other platforms need not be.
    if (path === '' || (wanted.optional && have[path] === undefined)) return true
    return have[path]?.version === wanted.version && have[path].integrity === wanted.integrity
  })
}

process.exitCode = isCurrent() ? 0 : 1
