import { expect, test } from 'vitest'
import { sum, tallyCargo, tallyCheck, tallyVitest } from './tally.ts'

const cargo = `
running 2 tests
test a ... ok
test b ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

running 3 tests
test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s
`

test('cargo: all of its test programs are added up', () => {
  expect(tallyCargo(cargo, 101)).toEqual({ passed: 3, failed: 2 })
})

test('cargo: a program that says so itself is not a result', () => {
  expect(tallyCargo('printed: test result: ok. 5 passed; 0 failed;', 0)).toEqual({ passed: 0, failed: 1 })
})

test('cargo: what does not compile is a failure', () => {
  expect(tallyCargo('', 101)).toEqual({ passed: 0, failed: 1 })
})

test('cargo: a program that crashes is a failure beside those that pass', () => {
  expect(tallyCargo('test result: ok. 2 passed; 0 failed; 0 ignored', 101)).toEqual({ passed: 2, failed: 1 })
})

test('vitest: failing tests, and files that could not be loaded', () => {
  const report = {
    numPassedTests: 4,
    numFailedTests: 1,
    testResults: [
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
      { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] },
      { status: 'failed', assertionResults: [] },
    ],
  }
  expect(tallyVitest(report, 1)).toEqual({ passed: 4, failed: 2 })
})

test('vitest: an error outside of tests is a failure', () => {
  expect(tallyVitest({ numPassedTests: 4, numFailedTests: 0, testResults: [] }, 1)).toEqual({
    passed: 4,
    failed: 1,
  })
})

test('vitest: no tests, or no report, is a failure', () => {
  expect(tallyVitest({ numPassedTests: 0, numFailedTests: 0, testResults: [] }, 0)).toEqual({
    passed: 0,
    failed: 1,
  })
  expect(tallyVitest(undefined, 0)).toEqual({ passed: 0, failed: 1 })
})

test('checks pass or fail as one', () => {
  expect([tallyCheck(0), tallyCheck(1), tallyCheck(137)]).toEqual([
    { passed: 1, failed: 0 },
    { passed: 0, failed: 1 },
    { passed: 0, failed: 1 },
  ])
})

test('the sum', () => {
  expect(sum([tallyCheck(0), { passed: 3, failed: 2 }])).toEqual({ passed: 4, failed: 2 })
  expect(sum([])).toEqual({ passed: 0, failed: 0 })
})
